// Package events carries what happens in the sessions to whoever watches: Hub from the pipeline to the watchers, whether they
// are browsers or a terminal, and Streams from the Hub to browsers and programs, as server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
package events
