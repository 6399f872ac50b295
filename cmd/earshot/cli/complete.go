package cli

import (
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
	"earshot/models/timetable"
	"earshot/transcribe/modelfile"
)

// completions sets the shell completions of a command's arguments, chosen by their placeholders in its usage line. Completions never
// contain anything that was said, so pressing Tab can't put it on the screen.
func completions(cmd *cobra.Command, e *Env) {
	words := strings.Fields(cmd.Use)
	if len(words) > 1 && cmd.ValidArgsFunction == nil {
		switch strings.Trim(words[1], "[].…") {
		case "SESSION":
			cmd.ValidArgsFunction = first(e.completeSession)
		case "ROOM":
			cmd.ValidArgsFunction = first(e.completeRoom)
		case "PERSON":
			cmd.ValidArgsFunction = first(e.completePerson)
		case "FLAG":
			cmd.ValidArgsFunction = first(e.completeFlag)
		case "ID":
			cmd.ValidArgsFunction = first(e.completeScheduled)
		case "NAME":
			cmd.ValidArgsFunction = completeModel
		case "URL":
			cmd.ValidArgsFunction = cobra.FixedCompletions(
				[]cobra.Completion{
					"lounge://", "livekit://", "janus+ws://", "mumble://", "whep+https://", "hls+https://", "icecast+https://", "rtmp+listen://",
					"rtsp://", "srt://", "file://", "device://",
				},
				cobra.ShellCompDirectiveNoSpace|cobra.ShellCompDirectiveNoFileComp,
			)
		case "FILE":
			if cmd.HasParent() && cmd.Parent().Name() == "rules" {
				cmd.ValidArgsFunction = completeRules
			}
		default:
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
	for name, offer := range map[string]cobra.CompletionFunc{"room": e.completeRoom, "person": e.completePerson} {
		if f := cmd.LocalNonPersistentFlags().Lookup(name); f != nil {
			_ = cmd.RegisterFlagCompletionFunc(name, offer) // fails only if it is registered twice
		}
	}
	for _, sub := range cmd.Commands() {
		completions(sub, e)
	}
}

// first restricts an offer to the first argument.
func first(offer cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return offer(cmd, args, typed)
	}
}

// fromRecord returns the completions that list finds in the record, or none if the record can't be read.
func (e *Env) fromRecord(cmd *cobra.Command, list func(db app.Record) []cobra.Completion) ([]cobra.Completion, cobra.ShellCompDirective) {
	db, err := e.ReadRecord(cmd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	defer db.Close()
	return list(db), cobra.ShellCompDirectiveNoFileComp
}

// completeSession offers "last" and the newest sessions.
func (e *Env) completeSession(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	out, how := e.fromRecord(cmd, func(db app.Record) (out []cobra.Completion) {
		found, _ := db.Sessions(cmd.Context(), models.SessionQuery{Limit: 30})
		for _, s := range found {
			out = append(out, cobra.CompletionWithDesc(s.ID, terminal.Plain(s.Room)))
		}
		return out
	})
	return append([]cobra.Completion{"last"}, out...), how
}

// completeRoom offers the rooms in the configuration and in the record.
func (e *Env) completeRoom(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return e.fromRecord(cmd, func(db app.Record) (out []cobra.Completion) {
		cfg, _ := e.Config(cmd) // no error: the record was opened with it
		rooms, _ := app.KnownRooms(cmd.Context(), cfg, db)
		for _, r := range rooms {
			out = append(out, cobra.CompletionWithDesc(r.ID, terminal.Plain(r.Name)))
		}
		return out
	})
}

// completePerson offers the people in the newest sessions, each once.
func (e *Env) completePerson(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return e.fromRecord(cmd, func(db app.Record) (out []cobra.Completion) {
		found, _ := db.Sessions(cmd.Context(), models.SessionQuery{Limit: 30})
		offered := map[string]bool{}
		for _, s := range found {
			for _, p := range s.Speakers {
				if !offered[p.ID] {
					out = append(out, cobra.CompletionWithDesc(p.ID, terminal.Plain(p.Name)))
				}
				offered[p.ID] = true
			}
		}
		return out
	})
}

// completeFlag offers the newest open flags.
func (e *Env) completeFlag(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return e.fromRecord(cmd, func(db app.Record) (out []cobra.Completion) {
		found, _ := db.FindFlags(cmd.Context(), models.FlagQuery{Status: models.FlagOpen, Limit: 30})
		for _, p := range found {
			out = append(out, cobra.CompletionWithDesc(p.Flag.ID, terminal.Plain(p.Flag.SpeakerName+", "+p.Flag.Rule)))
		}
		return out
	})
}

// completeScheduled offers the added times of rooms.
func (e *Env) completeScheduled(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return e.fromRecord(cmd, func(db app.Record) (out []cobra.Completion) {
		found, _ := db.ScheduledTimes(cmd.Context(), time.Now())
		for _, t := range found {
			out = append(out, cobra.CompletionWithDesc(t.ID, terminal.Plain(t.Room+", "+timetable.Sentence(t))))
		}
		return out
	})
}

// completeRules offers the rules shipped with the program, in addition to files.
func completeRules(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return ShippedRules(), cobra.ShellCompDirectiveDefault
}

// ShippedRules returns the names of the packs and profiles shipped with the program, sorted.
func ShippedRules() []string {
	names, _ := fs.Glob(configs.Rules, "rules/*.yaml") // the pattern is well-formed
	for i, n := range names {
		names[i] = strings.TrimSuffix(path.Base(n), ".yaml")
	}
	return names
}

// completeModel offers the models that can be pulled.
func completeModel(*cobra.Command, []string, string) (out []cobra.Completion, _ cobra.ShellCompDirective) {
	for _, m := range modelfile.Known() {
		out = append(out, m.Name)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}
