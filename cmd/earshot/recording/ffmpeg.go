package recording

// ffmpegWords are the arguments of ffmpeg: the first sound of the recording, all its channels, as a WAV stream of floats at
// 16 kHz on the standard output. Only files and pipes may be opened, whatever a playlist names. Where the recording's own
// times leave a hole there is silence.
func ffmpegWords(input string) []string {
	if input != stdinInput {
		input = "file:" + input
	}
	return []string{
		"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-i", input,
		"-map", "0:a:0", "-vn", "-sn", "-dn", "-af", "aresample=async=1", "-ar", "16000", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
	}
}

// stdinInput is how ffmpeg calls its standard input.
const stdinInput = "pipe:0"
