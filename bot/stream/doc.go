// Package stream listens to what no bot can join: streams from web servers and encoders, files, and the sound devices of this machine. They
// are decoded by a sandboxed ffmpeg (bot/ffmpeg), which makes HTTP requests only through a gateway in this program. Everything heard is one
// mixed track under the configured name. Nobody there can see the bot.
package stream
