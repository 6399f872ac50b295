// Package review serves the pages in which a host follows a live room and goes through it afterwards.
//
// Server is an http.Handler: pages from embedded templates, one stylesheet, one script, a JSON API and server-sent
// events. The pages read without the script; the script adds live lines. Hub carries what happens in the sessions from
// the pipeline to the watchers, whether they are browsers or a terminal. The store and the pipeline are known only
// through the interfaces and the models types that are named here.
package review
