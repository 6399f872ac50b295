// Package ledger adds up people's points: strikes that rules add and that decay.
package ledger
