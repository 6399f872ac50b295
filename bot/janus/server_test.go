package janus

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"earshot/bot/peer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a real Janus that a test may kill and start again on the same port.
type server struct {
	t    *testing.T
	dir  string
	port int
	cmd  *exec.Cmd
}

const janusConfig = `general: {
  configs_folder = "%[1]s"
  plugins_folder = "%[2]s/plugins"
  transports_folder = "%[2]s/transports"
  events_folder = "%[2]s/events"
  loggers_folder = "%[2]s/loggers"
  debug_level = 3
  session_timeout = 60
  reclaim_session_timeout = 20
  %[3]s
}
nat: { ice_enforce_list = "lo" }
plugins: { disable = "libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }
transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
media: { ipv6 = false }
`

const roomsConfig = `general: { string_ids = %[1]s }
room-%[2]s1234%[2]s: { description = "open", secret = "s3cret", publishers = 10, audiolevel_event = true, audio_active_packets = 25, audio_level_average = 60 }
room-%[2]s77%[2]s: { description = "private", is_private = true, pin = "1357", publishers = 10 }
`

const bridgeConfig = `room-5678: { description = "mix", secret = "s3cret", sampling_rate = 48000, audiolevel_event = true, audio_active_packets = 25, audio_level_average = 60 }
`

// start runs a Janus with the given settings in its general section, on a free port, until the test ends.
func start(t *testing.T, general, stringIDs string) *server {
	t.Helper()
	if _, err := exec.LookPath("janus"); err != nil {
		t.Skip("no janus on this machine: scripts/deps.sh --tests installs it")
	}
	libs, err := filepath.Glob("/usr/lib/*/janus")
	if err != nil || len(libs) == 0 {
		t.Skip("janus is here, but not its plugins in /usr/lib/*/janus")
	}
	s := &server{t: t, dir: t.TempDir(), port: freePort(t)}
	s.write("janus.jcfg", fmt.Sprintf(janusConfig, s.dir, libs[0], general))
	s.write("janus.transport.websockets.jcfg", fmt.Sprintf("general: {\n json = \"compact\"\n ws = true\n ws_port = %d\n ws_ip = \"127.0.0.1\"\n}\n", s.port))
	s.write("janus.plugin.videoroom.jcfg", fmt.Sprintf(roomsConfig, stringIDs, ""))
	s.write("janus.plugin.audiobridge.jcfg", bridgeConfig)
	out, err := exec.CommandContext(t.Context(), "gcc", "-shared", "-fPIC", "-o", filepath.Join(s.dir, "loopback.so"), "testdata/loopback.c", "-ldl").CombinedOutput()
	if err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	s.run()
	t.Cleanup(s.kill)
	return s
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a moment's work
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *server) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// run starts the process and waits until it answers.
func (s *server) run() {
	s.t.Helper()
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer log.Close()
	s.cmd = exec.Command("janus", "-F", s.dir, "-C", filepath.Join(s.dir, "janus.jcfg"), "-o") //nolint:noctx // killed by kill
	s.cmd.Env = append(os.Environ(), "LD_PRELOAD="+filepath.Join(s.dir, "loopback.so"))
	s.cmd.Stdout, s.cmd.Stderr = log, log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(30 * time.Millisecond) {
		c, err := net.Dial("tcp", s.address()) //nolint:noctx // this machine
		if err == nil {
			_ = c.Close()
			return
		}
	}
	text, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	s.t.Fatalf("janus does not answer:\n%s", text[max(0, len(text)-3000):])
}

func (s *server) address() string { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// kill ends the process at once, as a crash does.
func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

func (s *server) url(rest string) string { return "janus+ws://" + s.address() + "/" + rest }

func factory(t *testing.T) *peer.Factory {
	t.Helper()
	f, err := peer.New(peer.Config{Loopback: true, IPFilter: func(ip net.IP) bool { return ip.IsLoopback() }})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// client is a bare session on the server, for publishers and for moderators.
type client struct {
	*session
	t      *testing.T
	cancel context.CancelFunc
	once   sync.Once
}

func (s *server) client(t *testing.T) *client {
	t.Helper()
	c, err := New(Config{URL: s.url("room/1234"), Peer: factory(t)})
	if err != nil {
		t.Fatal(err)
	}
	ses, err := c.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ses.group.Go(func() { ses.keep(ctx) })
	x := &client{session: ses, t: t, cancel: cancel}
	t.Cleanup(x.end)
	return x
}

func (c *client) end() {
	c.once.Do(func() {
		c.cancel()
		c.destroy()
		c.close()
		c.group.Wait()
	})
}

func (c *client) must(handle uint64, body request, j *jsep) (event, *jsep) {
	c.t.Helper()
	m, err := c.now().ask(c.t.Context(), c.plugin(handle, body, j))
	if err != nil {
		c.t.Fatalf("%v: %v", body["request"], err)
	}
	e, err := m.event()
	if err != nil {
		c.t.Fatal(err)
	}
	return e, m.JSEP
}

// drain throws events away, so that a long test's queue stays short.
func (c *client) logged() string {
	c.now().mu.Lock()
	defer c.now().mu.Unlock()
	var b strings.Builder
	for _, m := range c.now().queue {
		fmt.Fprintf(&b, "%s %s\n", m.Janus, m.Plugin.Data)
	}
	return b.String()
}
