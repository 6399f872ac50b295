package weakcache

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"earshot/models/waittest"
)

func TestValuesAreSharedWhileInUse(t *testing.T) {
	var c Cache[string, []int]
	kept := func() int {
		c.mu.Lock()
		defer c.mu.Unlock()
		return len(c.by)
	}
	made := 0
	get := func() *[]int {
		v, err := c.Get("a", func() (*[]int, error) {
			made++
			return &[]int{made}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first := get()
	if get() != first || made != 1 {
		t.Errorf("made %d times", made)
	}
	if _, err := c.Get("b", func() (*[]int, error) { return nil, errors.New("no") }); err == nil || kept() != 1 {
		t.Errorf("%v, and %d are kept", err, kept())
	}
	runtime.KeepAlive(first)
	waittest.Until(t, "what nobody uses is forgotten", func() bool {
		runtime.GC()
		return kept() == 0
	})
	if again := get(); (*again)[0] != 2 {
		t.Errorf("%v", *again)
	}
}

func TestManyAtOnce(t *testing.T) {
	var (
		c   Cache[int, int]
		all sync.WaitGroup
	)
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				v, err := c.Get(i%10, func() (*int, error) { n := i % 10; return &n, nil })
				if err != nil || *v != i%10 {
					t.Errorf("%d: %v, %v", i, v, err)
				}
				if i%100 == 0 {
					runtime.GC()
				}
			}
		})
	}
	all.Wait()
}
