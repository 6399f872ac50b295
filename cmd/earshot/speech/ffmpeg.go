package speech

import (
	"earshot/bot/ffmpeg"
	"earshot/transcribe/decoder"
)

// FFmpeg starts the ffmpeg in the folders of a PATH by way of this program; nil when there is none.
func FFmpeg(path string) *ffmpeg.Launcher {
	program := ffmpeg.Find(path)
	self, err := decoder.Self()
	if program == "" || err != nil {
		return nil
	}
	words := append(append([]string(nil), self.Args[:len(self.Args)-1]...), "ffmpeg")
	return &ffmpeg.Launcher{Path: self.Path, Args: words, Program: program}
}
