//go:build linux

package postgres_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/store/storetest"
)

// BenchmarkLeases is a second of a thousand rooms of three processes: each process renews its leases once. It reports the processor time of
// the whole server, whose clean-up is part of it, as a part of one core.
func BenchmarkLeases(b *testing.B) {
	dsn := pgtest.DSN(b)
	const rooms, processes = 1000, 3
	s, had, stored := openAt(b, dsn), map[string]int{}, map[string]map[string]int64{}
	for i := range rooms {
		id, node := fmt.Sprint("room", i), fmt.Sprint("n", i%processes)
		room := models.WantedRoom{Room: models.Room{ID: id, Name: id, URL: "lounge://l.example/" + id}, Origin: models.RoomInvited}
		_, err := s.TakeRoom(b.Context(), room, node, time.Hour)
		storetest.Must(b, err)
		had[node]++
		if stored[node] == nil {
			stored[node] = map[string]int64{}
		}
		stored[node][room.ID] = 1
	}
	server := newServerTime(b, dsn)
	before := server.spent()
	b.ResetTimer()
	for range b.N {
		for node, n := range had {
			rows, err := s.RenewRooms(b.Context(), node, time.Hour, stored[node])
			storetest.Must(b, err)
			storetest.Equal(b, "rooms of "+node, len(rows), n)
		}
	}
	b.StopTimer()
	b.ReportMetric(100*(server.spent()-before).Seconds()/float64(b.N), "%core")
}

// serverTime tells how much processor time a database server has used.
type serverTime struct {
	b    *testing.B
	main string // the process id of the server's first process
}

func newServerTime(b *testing.B, dsn string) serverTime {
	b.Helper()
	db, err := sql.Open("pgx", dsn)
	storetest.Must(b, err)
	defer db.Close()
	var pid int
	storetest.Must(b, db.QueryRowContext(b.Context(), "SELECT pg_backend_pid()").Scan(&pid))
	return serverTime{b, processOf(strconv.Itoa(pid))[1]}
}

// processOf are the fields of /proc/PID/stat from the state on, or nil.
func processOf(pid string) []string {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	_, rest, ok := bytes.Cut(stat, []byte(") "))
	if err != nil || !ok {
		return nil
	}
	return strings.Fields(string(rest))
}

// spent is the time of all of the server's processes, also of those that have ended.
func (s serverTime) spent() (all time.Duration) {
	s.b.Helper()
	files, err := filepath.Glob("/proc/[0-9]*")
	storetest.Must(s.b, err)
	for _, f := range files {
		pid := filepath.Base(f)
		p := processOf(pid)
		fields := []int{11, 12} // user and system
		if pid == s.main {
			fields = append(fields, 13, 14) // of children that have ended
		}
		if len(p) < 15 || pid != s.main && p[1] != s.main {
			continue
		}
		for _, i := range fields {
			ticks, err := strconv.Atoi(p[i])
			storetest.Must(s.b, err)
			all += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return all
}
