package transcribe

// invented are texts that Whisper models make of sound without speech in one language, in plain form: lower case, without
// punctuation.
type invented struct {
	credits map[string]bool // lines of captions that nobody says in a conversation
	starts  []string        // beginnings of credits that name somebody
	// commonplaces are said by people too: they count only when the sound is doubtful itself.
	commonplaces map[string]bool
}

// phantoms are the known inventions by ISO 639-1 code.
var phantoms = map[string]invented{
	"en": {
		set("thanks for watching", "thank you for watching", "thank you so much for watching", "thank you very much for "+
			"watching", "thanks for watching and ill see you in the next video",
			"please subscribe", "please subscribe to my channel", "like and subscribe", "dont forget to like and "+
				"subscribe", "please like and subscribe",
			"see you in the next video", "ill see you in the next "+
				"video", "see you next video", "we will be right back", "well be right back", "bye for now and see you in the next one"),
		[]string{
			"subtitles by ", "captions by ", "transcription by ", "translated by ", "transcribed by http", "subtitled by ", "caption by ",
			"captioning by ",
		},
		set(
			"you", "thank you", "thank you very much", "thanks", "bye", "bye bye", "okay", "ok", "so", "oh", "yeah", "hmm", "mm", "uh",
			"um", "the", "i", "the end", "good night", "im sorry", "and", "a", "ah", "all right",
		),
	},
	"de": {
		set(
			"untertitel im auftrag des zdf für funk 2017", "untertitel von stephanie geiges", "vielen dank fürs zuschauen",
			"danke fürs zuschauen", "bis zum nächsten mal", "das wars für heute",
		),
		[]string{
			"untertitel der amara", "untertitelung des ", "untertitelung im auftrag", "untertitelung aufgrund", "copyright wdr",
			"untertitel im auftrag",
		},
		set("danke", "vielen dank", "tschüss", "ja", "so", "und", "das", "amen"),
	},
	"fr": {
		set("merci davoir regardé cette vidéo", "merci davoir regardé la vidéo", "nhésitez pas à vous abonner à la chaîne", "abonnez vous"),
		[]string{"sous titres réalisés par", "sous titrage ", "sous titres par"},
		set("merci", "au revoir", "oui", "et", "ah", "oh"),
	},
	"es": {
		set("gracias por ver el video", "gracias por ver el vídeo", "suscríbete al canal", "suscríbete"),
		[]string{"subtítulos realizados por", "subtítulos por la comunidad", "subtítulos creados por"},
		set("gracias", "adiós", "sí", "no", "y"),
	},
	"it": {
		set("grazie per aver guardato il video", "grazie per la visione", "iscriviti al canale"),
		[]string{"sottotitoli creati dalla", "sottotitoli e revisione", "sottotitoli a cura di"},
		set("grazie", "ciao", "sì", "e"),
	},
	"pt": {
		set("obrigado por assistir", "inscreva se no canal", "até o próximo vídeo"),
		[]string{"legendas pela comunidade", "legenda adriana zanotto", "legendas por"},
		set("obrigado", "tchau", "é", "e", "sim"),
	},
	"ru": {
		set("продолжение следует", "спасибо за просмотр", "подписывайтесь на канал", "спасибо за внимание"),
		[]string{"субтитры сделал", "субтитры создавал", "субтитры делал", "редактор субтитров"},
		set("спасибо", "да", "ага", "нет"),
	},
	"ja": {
		set("ご視聴ありがとうございました", "チャンネル登録をお願いいたします", "最後までご視聴いただきありがとうございます", "おやすみなさい"),
		nil, set("ありがとうございました", "はい", "うん", "ん"),
	},
	"zh": {
		set("請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", "谢谢观看", "謝謝觀看", "謝謝大家", "谢谢大家"),
		[]string{"字幕由amara", "字幕志愿者", "字幕志願者", "中文字幕"},
		set("谢谢", "好", "嗯", "謝謝"),
	},
	"ko": {
		set("시청해주셔서 감사합니다", "구독과 좋아요 부탁드립니다", "오늘도 시청해주셔서 감사합니다"),
		[]string{"자막 제공"},
		set("감사합니다", "네", "아"),
	},
	"nl": {
		set("bedankt voor het kijken", "tot de volgende keer"),
		[]string{"ondertitels ingediend door", "ondertiteling"},
		set("bedankt", "ja", "dank u wel"),
	},
	"pl": {
		set("dziękuję za oglądanie", "dziękuję za uwagę"),
		[]string{"napisy stworzone przez"},
		set("dziękuję", "tak", "no"),
	},
	"tr": {
		set("izlediğiniz için teşekkür ederim", "abone olmayı unutmayın"),
		[]string{"altyazı m k"},
		set("teşekkürler", "evet"),
	},
	"id": {
		set(
			"terima kasih telah menonton", "terima kasih sudah menonton", "jangan lupa subscribe", "jangan lupa like and subscribe",
			"jangan lupa like share dan subscribe", "sampai jumpa di video selanjutnya",
		),
		[]string{"subtitle oleh", "diterjemahkan oleh"},
		set("terima kasih", "ya", "oke", "selamat menikmati"),
	},
}

func set(texts ...string) map[string]bool {
	out := make(map[string]bool, len(texts))
	for _, t := range texts {
		out[t] = true
	}
	return out
}
