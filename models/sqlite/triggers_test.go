package sqlite_test

import "testing"

// TestTriggersOnlyKeepTheIndex: triggers must contain no business rules, where nobody would look for them.
func TestTriggersOnlyKeepTheIndex(t *testing.T) {
	s := open(t)
	equal(t, "triggers", s.Value(t, "SELECT group_concat(name, ' ' ORDER BY name) FROM sqlite_schema WHERE type = 'trigger'"),
		"utterances_fts_delete utterances_fts_insert utterances_fts_update")
}
