// Package auth says who asks for a page and what they may see and do: links and passwords, the keys of programs, the roles
// that users have in rooms, and the guard around every request.
package auth
