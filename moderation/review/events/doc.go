// Package events distributes what happens in sessions to watchers: Hub from the pipeline to the watchers, in browsers or a terminal,
// and Streams from the Hub to browsers and programs, as server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
package events
