package transcribe

import (
	"strings"

	"earshot/models"
)

// phantom reports whether the whole text is something that Whisper models make of silence and noise: a caption credit,
// a description of a sound, or, where the sound itself gives reason, a polite commonplace. It never looks inside a text.
func phantom(c models.Clip, r Result) bool {
	if describesSound(r.Text) {
		return true
	}
	text := plain(r.Text)
	if credits[text] {
		return true
	}
	for _, start := range creditStarts {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	weak := r.NoSpeech > maxNoSpeech || r.LogProb < minLogProbSilent || c.VoicedMS < 2*minVoicedMS ||
		float64(c.VoicedMS) < 2*minVoicedShare*float64(c.DurationMS()) || c.LevelDBFS < minLevelDBFS+10
	return weak && (text == "" || commonplaces[text])
}

// describesSound reports whether the text is all in brackets, asterisks or notes, as captions describe sounds: "[music]".
func describesSound(text string) bool {
	text = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(text), ".!"))
	if strings.Trim(text, "♪♫🎵 ") == "" {
		return true
	}
	for _, pair := range []struct{ open, end string }{{"[", "]"}, {"(", ")"}, {"*", "*"}, {"♪", "♪"}, {"（", "）"}, {"【", "】"}} {
		inner, ok := strings.CutPrefix(text, pair.open)
		if !ok {
			continue
		}
		inner, ok = strings.CutSuffix(inner, pair.end)
		if ok && !strings.ContainsAny(inner, pair.open+pair.end) {
			return true
		}
	}
	return false
}

// credits are lines of captions that nobody says in a conversation, in plain form.
var credits = map[string]bool{
	"thanks for watching": true, "thank you for watching": true, "thank you so much for watching": true, "thank you very much for watching": true,
	"please subscribe": true, "please subscribe to my channel": true, "like and subscribe": true, "dont forget to like and subscribe": true,
	"please like and subscribe": true, "see you in the next video": true, "ill see you in the next video": true, "see you next video": true,
	"untertitel im auftrag des zdf für funk 2017": true, "untertitel von stephanie geiges": true, "vielen dank fürs zuschauen": true,
	"merci davoir regardé cette vidéo": true, "nhésitez pas à vous abonner à la chaîne": true, "abonnez vous": true,
	"gracias por ver el video": true, "gracias por ver el vídeo": true, "suscríbete al canal": true, "suscríbete": true,
	"grazie per aver guardato il video": true, "iscriviti al canale": true, "obrigado por assistir": true, "inscreva se no canal": true,
	"продолжение следует": true, "спасибо за просмотр": true, "подписывайтесь на канал": true,
	"ご視聴ありがとうございました": true, "チャンネル登録をお願いいたします": true, "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目": true, "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目": true,
	"시청해주셔서 감사합니다": true, "구독과 좋아요 부탁드립니다": true, "bedankt voor het kijken": true, "dziękuję za oglądanie": true, "izlediğiniz için teşekkür ederim": true,
}

// creditStarts begin credits that name somebody.
var creditStarts = []string{
	"subtitles by ", "captions by ", "transcription by ", "translated by ", "transcribed by http", "subtitled by ",
	"untertitel der amara", "untertitelung des ", "untertitelung im auftrag", "untertitelung aufgrund", "copyright wdr", "sous titres réalisés par", "sous titrage ",
	"subtítulos realizados por", "subtítulos por la comunidad", "sottotitoli creati dalla", "sottotitoli e revisione", "legendas pela comunidade",
	"субтитры сделал", "субтитры создавал", "редактор субтитров", "napisy stworzone przez", "ondertitels ingediend door", "altyazı m k",
}

// commonplaces are said by people too: they count only when the sound is doubtful itself.
var commonplaces = map[string]bool{
	"you": true, "thank you": true, "thank you very much": true, "thanks": true, "bye": true, "bye bye": true, "okay": true, "ok": true, "so": true, "oh": true,
	"yeah": true, "hmm": true, "mm": true, "uh": true, "um": true, "the": true, "i": true, "the end": true, "good night": true, "im sorry": true,
	"danke": true, "vielen dank": true, "tschüss": true, "ja": true, "merci": true, "au revoir": true, "oui": true, "gracias": true, "adiós": true, "sí": true,
	"grazie": true, "ciao": true, "obrigado": true, "tchau": true, "é": true, "спасибо": true, "да": true, "ありがとうございました": true, "はい": true, "谢谢": true, "好": true, "감사합니다": true, "네": true,
}
