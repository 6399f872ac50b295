// Package weakcache shares immutable values for as long as somebody uses them.
package weakcache

import (
	"runtime"
	"sync"
	"weak"
)

// Cache has the values in use by what they are made from. The zero value is empty. Any goroutine may use it.
type Cache[K comparable, V any] struct {
	mu sync.Mutex
	by map[K]weak.Pointer[V]
}

// Get returns the value of a key: the one in use, or else a new one. Two that are made at the same time stay two. The value must not be
// changed afterwards.
func (c *Cache[K, V]) Get(key K, made func() (*V, error)) (*V, error) {
	if v := c.inUse(key); v != nil {
		return v, nil
	}
	v, err := made()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[K]weak.Pointer[V]{}
	}
	c.by[key] = weak.Make(v)
	runtime.AddCleanup(v, c.forget, key)
	return v, nil
}

func (c *Cache[K, V]) inUse(key K) *V {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[key].Value()
}

// forget lets go of a key whose value is no longer in use.
func (c *Cache[K, V]) forget(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by[key].Value() == nil {
		delete(c.by, key)
	}
}
