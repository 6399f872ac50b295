// Package notify tells hosts of flags, outside the review page: by signed webhooks and in the forms that Slack and
// Discord take.
//
// The store writes a notice in the transaction that stores the flag; this package only sends what waits there, so that
// a crash loses no notice. Each target has a goroutine of its own: one that is slow or down never delays another. The
// text of a notice is made when it is sent, from what the store holds by then: what was erased is not told.
//
// Addresses and secrets of targets are in no error and no log.
package notify
