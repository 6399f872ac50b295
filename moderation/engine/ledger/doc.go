// Package ledger adds up people's points: strikes that rules add and that fade.
package ledger
