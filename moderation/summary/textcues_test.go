//go:build !race

package summary

import (
	"slices"
	"strings"
	"testing"

	"earshot/models"
)

// listedIn are our own conversations in languages that have textual cues, with the items to be listed of each: line numbers from 1.
var listedIn = map[string]struct {
	lines                        []string
	decisions, actions, question []int
	owner, due                   string // of the first action
}{
	"ja": {
		lines: []string{
			"Aiko: 夏祭りの屋台の数を話しましょう。", "Ken: 屋台は去年八軒でした。", "Mei: では屋台は十軒に決まりました。", "Ken: はい、賛成です。",
			"Mei: 予算の表は私が来週までに作ります。", "Ken: お願いします。", "Aiko: 音響の会社は値段を上げますか？", "Ken: まだわかりません。",
			"Mei: 屋台の電気は足りると思います。", "Ken: マイクの音は聞こえますか？", "Aiko: 聞こえます。", "Aiko: 町内会に音響の見積もりを送ってください。",
			"Ken: はい、わかりました。", "Mei: 雨の日の予定はまだ決まっていません。",
		},
		decisions: []int{3}, actions: []int{5, 12}, question: []int{7}, owner: "Mei", due: "来週までに",
	},
	"zh": {
		lines: []string{
			"小林: 今天讨论图书馆的开放时间。", "阿华: 图书馆八点关门太早。", "美玲: 大家都同意图书馆周末开到十点。", "小林: 好的，没问题。",
			"美玲: 志愿者的排班表我来做，周五之前发给大家。", "阿华: 好。", "小林: 停车场什么时候修好呢？", "阿华: 不清楚。", "美玲: 我觉得停车场很危险。",
			"阿华: 能听到吗？", "小林: 听得到。", "小林: 麻烦你打电话给市政府问停车场的事。", "阿华: 没问题。", "美玲: 停车场的灯还没决定换不换。",
		},
		decisions: []int{3}, actions: []int{5, 12}, question: []int{7}, owner: "美玲", due: "周五之前",
	},
	"ko": {
		lines: []string{
			"지민: 도서관과 축제 준비를 이야기하겠습니다.", "서준: 도서관은 여덟 시에 닫습니다.", "하은: 도서관은 아홉 시까지 열기로 했습니다.", "지민: 네, 좋습니다.",
			"하은: 예산 표는 제가 금요일까지 고치겠습니다.", "서준: 네.", "지민: 축제 무대는 누가 만드나요?", "서준: 잘 모르겠습니다.",
			"하은: 축제 예산이 적은 것 같습니다.",
			"서준: 제 말이 들리나요?", "지민: 들립니다.", "지민: 음향 업체에 전화해 주세요.", "서준: 네, 알겠습니다.", "하은: 축제 날짜는 아직 정해야 합니다.",
		},
		decisions: []int{3}, actions: []int{5, 12}, question: []int{7}, owner: "하은", due: "금요일까지",
	},
	"th": {
		lines: []string{
			"Nok: วันนี้คุยเรื่องตลาดของชุมชน", "Som: ตลาดเปิดตอนเช้า แต่คนมาน้อย", "Lek: ตกลงกันว่าตลาดเปิดตอนเย็น", "Nok: เห็นด้วยครับ",
			"Lek: ผมจะทำตารางอาสาสมัครให้เสร็จก่อนวันศุกร์", "Som: ดีค่ะ", "Nok: ค่าไฟของตลาดเดือนละเท่าไหร่", "Som: ไม่แน่ใจค่ะ",
			"Lek: ผมคิดว่าขยะตลาดเยอะมาก",
			"Som: ได้ยินไหมคะ", "Nok: ได้ยินครับ", "Nok: ช่วยโทรหาอาสาสมัครเก็บขยะหน่อยนะครับ", "Som: ได้ค่ะ",
			"Lek: เรื่องที่จอดรถตลาดยังไม่ตัดสินใจ",
		},
		decisions: []int{3}, actions: []int{5, 12}, question: []int{7}, owner: "Lek", due: "ก่อนวันศุกร์",
	},
}

func TestListsOfLanguagesWithCuesInTheirText(t *testing.T) {
	for code, want := range listedIn {
		in := said(want.lines...)
		for i := range in.Utterances {
			in.Utterances[i].Language = code
		}
		s := Make(in)
		for _, l := range []struct {
			kind string
			got  []models.SummaryItem
			want []int
		}{{"decisions", s.Decisions, want.decisions}, {"actions", s.Actions, want.actions}, {"questions", s.Questions, want.question}} {
			var got []int
			for _, it := range l.got {
				got = append(got, it.Cites[0].Seq)
			}
			if !slices.Equal(got, l.want) {
				t.Errorf("%s: %s in lines %v, want %v", code, l.kind, got, l.want)
			}
		}
		if len(s.Actions) > 0 && (s.Actions[0].Owner != want.owner || s.Actions[0].Due != want.due) {
			t.Errorf("%s: %q by %q, want %q by %q", code, s.Actions[0].Owner, s.Actions[0].Due, want.owner, want.due)
		}
	}
}

// TestCuesInText has texts in which a cue is found.
func TestCuesInText(t *testing.T) {
	w := readTextCues("ja")
	for text, want := range map[string]bool{"屋台は十軒に決まりました": true, "まだ決まっていません": false, "決まりました": false} {
		if says(w.decided, text) != want {
			t.Errorf("%q: decided is %v", text, !want)
		}
	}
	if got := w.bare("来週までに作りますね。"); !strings.HasSuffix(got, "作ります") {
		t.Errorf("bare text %q", got)
	}
	for text, want := range map[string]string{"来週までに作ります": "来週までに", "表を作ります": "", "明日、金曜日": "明日"} {
		if got := w.deadline(text); got != want {
			t.Errorf("%q: deadline %q, want %q", text, got, want)
		}
	}
}
