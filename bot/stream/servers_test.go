package stream_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"earshot/bot/internal/processtest"
	"earshot/models"
)

// realServer runs a server from a Debian package that listens on a TCP port, with the test's own configuration file, or skips the test.
func realServer(t *testing.T, port int, settings string, program string, words ...string) {
	t.Helper()
	launcher(t)
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("no %s here", program)
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the server may run as another user
		t.Fatal(err)
	}
	file := filepath.Join(dir, "settings")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	up := func(ctx context.Context) error {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			err = c.Close()
		}
		return err
	}
	log := filepath.Join(dir, "log")
	p, err := processtest.Start(t.Context(), log, nil, up, path, append(words, file)...)
	if err != nil {
		said, _ := os.ReadFile(log)
		t.Fatalf("%v: %s", err, said)
	}
	t.Cleanup(p.Kill)
}

const icecastSettings = `<icecast>
<limits><sources>2</sources><burst-on-connect>1</burst-on-connect><burst-size>65536</burst-size></limits>
<authentication><source-password>hackme</source-password><admin-user>a</admin-user><admin-password>b</admin-password></authentication>
<hostname>127.0.0.1</hostname>
<listen-socket><port>%d</port><bind-address>127.0.0.1</bind-address></listen-socket>
<paths><logdir>/tmp</logdir><webroot>/usr/share/icecast2/web</webroot><adminroot>/usr/share/icecast2/admin</adminroot></paths>
<logging><accesslog>-</accesslog><errorlog>-</errorlog><loglevel>2</loglevel></logging>
<security><changeowner><user>nobody</user><group>nogroup</group></changeowner></security>
</icecast>`

// TestIcecast listens to a real Icecast. The burst from before the join, which it sends at the start, is not heard, and when its source
// goes, the bot reports that.
func TestIcecast(t *testing.T) {
	n := port(t)
	realServer(t, n, fmt.Sprintf(icecastSettings, n), "icecast2", "-c")
	at := fmt.Sprintf("127.0.0.1:%d/live.mp3", n)
	if _, err := endOf(t, connect(t, "icecast+http://"+at, "")); !ends(err, models.EndRoomClosed, true) {
		t.Errorf("nobody sends there yet: %v", err)
	}
	source := encoder(t, "-b:a", "64k", "-content_type", "audio/mpeg", "-f", "mp3", "icecast://source:hackme@"+at)
	for heard := false; !heard; { // until the source has connected
		e := newListener()
		leave, over := e.listen(t, connect(t, "icecast+http://"+at, ""))
		if heard = e.orOver(t, func() bool { return e.loud > 0 }); heard {
			e.hears(t)
			_ = source.Process.Kill()
		} else if err := leave(); !ends(err, models.EndRoomClosed, true) {
			t.Fatal(err)
		}
		if err := over(); heard && !ends(err, models.EndRoomClosed, true) {
			t.Errorf("the source is gone: %v", err)
		}
	}
}

const nginxSettings = `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; worker_processes 1; error_log stderr; pid %s/pid; events {}
rtmp { server { listen 127.0.0.1:%d; application live { live on; } } }
`

// TestNginx listens to RTMP from a real nginx. It does not announce when its source goes, but the bot notices.
func TestNginx(t *testing.T) {
	if _, err := os.Stat("/usr/lib/nginx/modules/ngx_rtmp_module.so"); err != nil {
		t.Skip("no nginx with RTMP here (Debian's package libnginx-mod-rtmp)")
	}
	n := port(t)
	realServer(t, n, fmt.Sprintf(nginxSettings, t.TempDir(), n), "nginx", "-c")
	at := fmt.Sprintf("rtmp://127.0.0.1:%d/live/key", n)
	source := encoder(t, "-c:a", "aac", "-f", "flv", at)
	e, _, over := attend(t, connect(t, at, ""))
	e.hears(t)
	_ = source.Process.Kill()
	if err := over(); !ends(err, models.EndFailedServer, true) {
		t.Errorf("the source is gone: %v", err)
	}
}
