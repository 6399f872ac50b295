// Package jitsitest runs the parts of a Jitsi server on the loopback interface for tests: Prosody, which Linux distributions ship, and,
// because no bridge runs on its own, people, a conference focus and a bridge that behave like the real ones.
package jitsitest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"earshot/bot/internal/processtest"
	"earshot/bot/jitsi"
)

// ErrAbsent means that Prosody is not installed.
var ErrAbsent = errors.New("no prosody here: scripts/deps.sh --tests installs it (Debian's package prosody)")

// The server's domains and accounts: a moderator of all meetings, and the conference focus.
const (
	Host      = "meet.test"
	MUC       = "conference." + Host
	accounts  = "auth." + Host
	Moderator = "earshot@" + accounts
	conductor = "focus@" + accounts
	Password  = "hush hush"
)

// settings configure Prosody like a Jitsi server: anonymous people, accounts in a separate domain, and websockets.
const settings = `
data_path = "%[1]s/data"
plugin_paths = { "%[1]s/modules" }
pidfile = "%[1]s/prosody.pid"
run_as_root = true
log = { info = "*console" }
modules_enabled = { "saslauth"; "disco"; "ping"; "websocket" }
modules_disabled = { "s2s"; "tls"; "offline" }
interfaces = { "127.0.0.1" }
c2s_ports = { }
c2s_direct_tls_ports = { }
s2s_ports = { }
http_ports = { %[2]d }
http_interfaces = { "127.0.0.1" }
https_ports = { }
http_default_host = "meet.test"
consider_websocket_secure = true
VirtualHost "meet.test"
	authentication = "anonymous"
	modules_enabled = { "components" }
VirtualHost "recorder.meet.test"
	authentication = "anonymous"
VirtualHost "auth.meet.test"
	authentication = "internal_plain"
Component "conference.meet.test" "muc"
	admins = { "earshot@auth.meet.test"; "focus@auth.meet.test" }
	muc_room_locking = false
	muc_room_default_public = true
	muc_room_default_public_jids = true
	modules_enabled = { "meeting_id" }
Component "avmoderation.meet.test" "moderation"
`

// componentsModule makes the server announce its moderation component and remember the room that a client names, as Jitsi's own modules do.
const componentsModule = `
module:add_identity("component", "av_moderation", "avmoderation." .. module.host)
module:hook_global("websocket-session", function(event)
	local query = event.request.url.query
	event.session.jitsi_web_query_room = query and require "util.http".formdecode(query).room
end)
`

// moderationModule allows somebody to unmute when a moderator asks for it, as Jitsi's own component does while moderation is off: it serves
// only clients that named their room.
const moderationModule = `
local jid, st = require "util.jid", require "util.stanza"
module:hook("message/host", function(event)
	local ask, room_name = event.stanza:get_child("av_moderation"), event.origin.jitsi_web_query_room
	if not ask or not room_name then return false end
	local muc = prosody.hosts["conference.meet.test"].modules.muc
	local room = muc.get_room_from_jid(room_name .. "@conference.meet.test")
	local by = room and room:get_occupant_by_real_jid(event.stanza.attr.from)
	local who = room and room:get_occupant_by_nick(ask.attr.jidToWhitelist)
	if not by or by.role ~= "moderator" or not who or ask.attr.mediaType ~= "audio" then return false end
	module:send(st.message({ from = module.host, to = who.jid }):tag("json-message", { xmlns = "http://jitsi.org/jitmeet" })
		:text('{"type":"av_moderation","approved":true,"mediaType":"audio","room":"' .. room.jid .. '"}'))
	return true
end)
`

// meetingModule makes rooms report the id of their meeting in the same field as Jitsi's own module.
const meetingModule = `
module:hook("muc-disco#info", function(event)
	table.insert(event.form, { name = "muc#roominfo_meetingId"; type = "text-single" })
	event.formdata["muc#roominfo_meetingId"] = "id-" .. require "util.jid".node(event.room.jid)
end)
`

// MeetingID returns the id of the meeting in a room.
func MeetingID(room string) string { return "id-" + room }

// Server is a Prosody process. Its methods must not be called concurrently.
type Server struct {
	// Port is the port of its websockets.
	Port int
	dir  string
	run  *processtest.Process
}

// Start writes a configuration into dir, which must exist, and starts a server on a free port. The caller must Kill it.
func Start(ctx context.Context, dir string) (*Server, error) {
	if _, err := exec.LookPath("prosody"); err != nil {
		return nil, ErrAbsent
	}
	s := &Server{dir: dir}
	var err error
	if s.Port, err = processtest.Port(); err != nil {
		return nil, fmt.Errorf("jitsitest: %w", err)
	}
	modules := filepath.Join(dir, "modules")
	err = errors.Join(
		os.MkdirAll(modules, 0o700), os.MkdirAll(filepath.Join(dir, "data"), 0o700),
		os.WriteFile(s.config(), fmt.Appendf(nil, settings, dir, s.Port), 0o600),
	)
	for name, text := range map[string]string{
		"meeting_id": meetingModule, "components": componentsModule, "moderation": moderationModule,
	} {
		err = errors.Join(err, os.WriteFile(filepath.Join(modules, "mod_"+name+".lua"), []byte(text), 0o600))
	}
	if err != nil {
		return nil, fmt.Errorf("jitsitest: %w", err)
	}
	for _, user := range []string{"earshot", "focus"} {
		//nolint:gosec // the distribution's program
		out, err := exec.CommandContext(ctx, "prosodyctl", "--config", s.config(), "register", user, accounts, Password).CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("jitsitest: the account of %s: %w: %s", user, err, bytes.TrimSpace(out))
		}
	}
	return s, s.Restart(ctx)
}

func (s *Server) config() string { return filepath.Join(s.dir, "prosody.cfg.lua") }

// Restart restarts the server on the same port after Kill.
func (s *Server) Restart(ctx context.Context) (err error) {
	if s.run, err = processtest.Start(ctx, s.Log(), nil, processtest.Accepts(s.Addr()), "prosody", "--config", s.config(), "-F"); err != nil {
		return fmt.Errorf("jitsitest: %w", err)
	}
	return nil
}

// Kill kills the process (SIGKILL) and waits until it has ended.
func (s *Server) Kill() { s.run.Kill() }

// Addr returns the host:port of its websockets.
func (s *Server) Addr() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }

// XMPP returns the URL of the websocket at an address.
func XMPP(addr string) string { return "ws://" + addr + "/xmpp-websocket" }

// Log returns the path of the server's log.
func (s *Server) Log() string { return filepath.Join(s.dir, "prosody.log") }

// Config returns the configuration of an anonymous member of this server's meetings.
func (s *Server) Config() jitsi.Config {
	return jitsi.Config{URL: "jitsi://" + Host, XMPP: XMPP(s.Addr())}
}
