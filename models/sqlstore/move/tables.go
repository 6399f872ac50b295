package move

// table is one table of a record, with the columns by which its rows are ordered and told apart.
type table struct {
	name string
	key  []string
	// where selects the rows that are copied; "" for all.
	where string
}

// choresOf is every chore that another store must do too; others are of the store's own files.
const choresOf = `"name" LIKE 'files:%' OR "name" LIKE 'sounds:%'`

// Tables names what is copied.
func Tables() []string {
	var out []string
	for _, t := range tables() {
		out = append(out, t.name)
	}
	return out
}

// tables are all that is copied, each after those that it refers to; the targets of notices come after the flags, so that no flag
// makes notices again. What names the record itself (lineage), its
// schema (migrated) and who serves it (nodes) stays with each.
func tables() []table {
	id := []string{"id"}
	return []table{
		{"sessions", id, ""},
		{"speakers", []string{"session", "id"}, ""},
		{"people", id, ""},
		{"identities", []string{"room", "speaker_id"}, ""},
		{"spool", id, ""},
		{"utterances", id, ""},
		{"flags", id, ""},
		{"gaps", id, ""},
		{"summaries", []string{"session", "kind"}, ""},
		{"evidence", id, ""},
		{"decisions", id, ""},
		{"actions", id, ""},
		{"ledger", id, ""},
		{"restrictions", []string{"room", "person", "verb"}, ""},
		{"notice_targets", []string{"name"}, ""},
		{"notices", id, ""},
		{"digests", []string{"target"}, ""},
		{"consent", id, ""},
		{"objections", []string{"mark", "room"}, ""},
		{"pauses", []string{"room"}, ""},
		{"invitations", []string{"hash"}, ""},
		{"users", id, ""},
		{"credentials", []string{"hash"}, ""},
		{"servers", []string{"server"}, ""},
		{"schedules", id, ""},
		{"audit", id, ""},
		{"erasures", id, ""},
		{"removals", id, ""},
		{"taken", id, ""},
		{"erased", []string{"session", "mark"}, ""},
		{"chores", []string{"name"}, choresOf},
		{"exports", []string{"session", "place"}, ""},
	}
}
