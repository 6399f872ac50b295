// Package notify notifies hosts of flags outside the review page: by signed webhooks, and in the formats of Slack and Discord.
//
// The store writes a notice in the transaction that stores the flag; this package only sends pending notices, so that a crash loses
// none. Each target has its own goroutine: a slow or unreachable target never delays another. The text of a notice is created when
// it is sent, from what is stored at that time: erased data is not sent.
//
// Addresses and secrets of targets never appear in errors or logs.
package notify
