package summary

import "strings"

// What people say in Indonesian when they decide, take a task, or ask.
var (
	idStop = setOf(`ada adalah agak agar aja akan akhirnya aku anda antara apa apakah atau bagaimana bagi bahwa baik banget banyak baru begini begitu
belum benar berapa beri besok betul biar bisa boleh buat bukan cara coba cukup cuma dalam dan dapat dari daripada datang dengan di dia dong dulu
enggak gak gimana guna habis halo hampir hanya hari harus ini iya itu jadi jangan jauh jika juga jujur kabar kah kalau kalian kali kami kamu kan kapan
karena kata katanya ke kecil kemarin kembali kenapa kita kok kurang lagi lah lain lalu lama langsung lebih lewat lucu maaf maka makin malah malam mana mari
masih masing mau mereka meski minggu minta misalnya mohon mulai mungkin nah namun nanti nggak nih nya oke oleh orang pada pagi paling para pasti penting
perlu pernah pertama punya saat saja sama sambil sampai sana sangat satu saya sebagai sebelum sebentar sebuah secara sedang sedikit sehingga sejak sekali
sekarang selalu selama semua semuanya sendiri seperti sering serta setelah setiap siapa siang silakan soal suatu sudah supaya tadi tahu tahun tanpa tapi telah
tempat tentang terima kasih terhadap terlalu termasuk ternyata terus tetap tiap tidak tolong tuh untuk waktu walau wah yah yaitu yang
senin selasa rabu kamis jumat sabtu januari februari maret april mei juni juli agustus september oktober november desember
putuskan memutuskan diputuskan keputusan keputusannya sepakat disepakati kesepakatan kesepakatannya setuju disetujui menarik pikir`)
	idTurns = phrases("topik berikutnya", "topik selanjutnya", "selanjutnya kita", "kita lanjut ke", "lanjut ke", "sekarang kita bahas", "kita bahas", "ganti topik",
		"beralih ke", "pertanyaan berikutnya", "agenda berikutnya", "mari bicara tentang")

	idDecided = phrases("kita putuskan", "kami putuskan", "sudah diputuskan", "telah diputuskan", "diputuskan bahwa", "kita sepakat", "kami sepakat",
		"sudah sepakat", "sudah disepakati", "telah disepakati", "disepakati bahwa", "kita memutuskan", "kami memutuskan", "rapat memutuskan", "tim memutuskan",
		"panitia memutuskan", "semua setuju", "semuanya setuju", "kita setuju", "kami setuju", "kita tetapkan", "sudah ditetapkan", "hasil pemungutan suara", "hasil voting")
	idOutcome = setOf("keputusannya kesepakatannya")
	idChoice  = phrases(
		"kita pilih", "kita pakai", "kita ambil", "kita tunda", "kita batalkan", "kita undur", "kita mulai", "kita beli", "kami pilih",
		"kami pakai",
	)
	idClosing = setOf("akhirnya jadi oke baik saja aja sepakat fix")
	idOnly    = setOf("saja aja") // end a choice wherever they stand: "yang kedua saja"
	idOpen    = setOf("belum kalau jika apakah mungkin seandainya andai sebelumnya dulu kakak bos")
	idMust    = phrases("harus memutuskan", "perlu memutuskan", "mau memutuskan", "harus putuskan")
	idVerbs   = setOf(`kirim mengirim kirimkan pesan memesan pesankan tulis menulis tuliskan buat membuat buatkan bikin siapkan menyiapkan siap hubungi menghubungi
cek mengecek periksa memeriksa perbaiki memperbaiki bayar membayar bayarkan undang mengundang umumkan mengumumkan jadwalkan menjadwalkan kumpulkan mengumpulkan unggah mengunggah
bagikan membagikan susun menyusun atur mengatur cari mencari carikan beli membeli belikan ambil mengambil antar mengantar telepon menelepon laporkan melaporkan urus mengurus
perbarui memperbarui terjemahkan menerjemahkan rekam merekam edit mengedit daftar mendaftar daftarkan mendaftarkan bersihkan membersihkan bawa membawa kembalikan mengembalikan
tanyakan menanyakan kabari mengabari ingatkan mengingatkan cetak mencetak hitung menghitung selesaikan menyelesaikan rapikan merapikan ukur mengukur sewa menyewa`)
	idWill   = setOf("akan bakal harus perlu nanti biar wajib bertugas")
	idAsk    = setOf("tolong mohon minta tugas tugasnya")
	idWho    = setOf("saya aku kamu anda kita kami kalian seseorang gue gua lu")
	idDue    = setOf("besok lusa senin selasa rabu kamis jumat sabtu ahad sebelum hingga sampai monday tuesday friday sunday")
	idDueTwo = phrases(
		"malam ini", "minggu ini", "minggu depan", "bulan depan", "hari ini", "paling lambat", "akhir pekan", "nanti malam", "sore ini",
		"besok pagi",
	)
	idPast     = setOf("sudah kemarin tadi dulu lalu pernah mungkin kalau jika orang selalu suatu")
	idAskFirst = setOf("apa apakah mengapa kenapa bagaimana gimana siapa kapan mana dimana berapa adakah bisakah haruskah bolehkah")
	idSmall    = phrases(
		"apa kabar", "kedengaran", "bisa dengar", "ada pertanyaan", "siapa berikutnya", "ada yang mau", "bagaimana kabar", "suara saya",
		"apa maksudnya", "bisa diulang",
	)
)

// indonesian is a unit made ready for the cues of Indonesian.
type indonesian struct {
	sentence
}

func newIndonesian(u *unit, people map[string]bool) *indonesian {
	s := &indonesian{sentence{raw: u, asks: u.asks}}
	for _, w := range u.words {
		s.ws = append(s.ws, strings.ReplaceAll(w.low, "'", ""))
		s.names = s.names || people[w.low]
	}
	return s
}

func (s *indonesian) any(set map[string]bool) bool { return s.within(set, 0, len(s.ws)) }

// decision scores the cues of a decision that several people took.
func (s *indonesian) decision() float64 {
	if s.asks || len(s.ws) < 3 {
		return 0
	}
	v := 0.0
	switch {
	case s.says(idDecided):
		v = 0.8
	case s.any(idOutcome):
		v = 0.75
	case s.says(idChoice):
		v = 0.45
	}
	if v > 0 && (s.within(idClosing, 0, 2) || s.any(idOnly)) {
		v += 0.3
	}
	if s.within(idOpen, 0, 3) || s.says(idMust) {
		v -= 0.8
	}
	return v
}

// action scores the cues of a task: a verb of doing, who will or should, and until when.
func (s *indonesian) action() float64 {
	if len(s.ws) < 4 || !s.any(idVerbs) {
		return 0
	}
	v := 0.3
	if s.any(idAsk) {
		v += 0.35
	}
	if s.any(idWill) {
		v += 0.25
	}
	if s.names || s.any(idWho) {
		v += 0.15
	}
	if s.any(idDue) || s.says(idDueTwo) {
		v += 0.25
	}
	if s.any(idPast) {
		v -= 0.5
	}
	return v
}

// question scores a question about something.
func (s *indonesian) question() float64 {
	var v float64
	switch {
	case s.asks && s.any(idAskFirst):
		v = 0.95
	case s.asks && len(s.ws) >= 6, !s.asks && idAskFirst[s.at(0)] && len(s.ws) >= 5:
		v = threshold
	default:
		return 0
	}
	if len(s.raw.terms) == 0 || len(s.ws) < 4 {
		v -= 0.5
	}
	if s.says(idSmall) {
		v -= 0.6
	}
	if s.any(idAsk) && s.any(idVerbs) {
		v -= 0.5
	}
	return v
}
