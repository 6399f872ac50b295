// Package auth identifies visitors and determines what they may see and do: links and passwords, API keys, the roles of users in
// rooms, and the guard around every request.
package auth
