// Package review serves the pages in which a host follows a live room and goes through it afterwards.
//
// Server is an http.Handler that mounts what the packages below it answer, behind one guard and one login: pages for people,
// a JSON API for programs, and events for both. All three see the record through package record, which asks for each thing
// what the visitor may do. The store and the running rooms are known only through the interfaces of record.
package review
