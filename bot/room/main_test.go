package room_test

import (
	"testing"

	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }
