// Package clustertest runs several Earshots that share a database, breaks them while people talk in their rooms, and looks afterwards
// whether anything of what was said is lost, doubled or silently missing. All of it is in its tests.
package clustertest
