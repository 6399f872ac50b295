//go:build !race

package summary

import (
	"slices"
	"testing"

	"earshot/models"
)

// otherTalks are conversations of another topic than those the cues were written for, with the lines that may be listed, from 1.
// Nothing else may be; that some are missed is no fault.
var otherTalks = map[string]struct {
	lines                        []string
	decisions, actions, question []int
}{
	"ja": {
		lines: []string{
			"Sora: 新しいサイトの公開日を相談します。", "Rin: 前回は公開日を決めましたが、延期になりました。", "Yui: テストはまだ終わっていません。",
			"Rin: では公開は十五日にしましょう。", "Sora: そうしましょう。", "Yui: 写真は私が明日までに送ります。", "Sora: はい、お願いします。",
			"Rin: 翻訳は誰が担当していますか？", "Yui: さあ、わかりません。", "Sora: 私は昨日サーバーを直しました。",
			"Rin: もしサーバーが止まったら、連絡してください。", "Yui: サイトの色は青がいいと思います。", "Sora: 次の話題に行きましょう。",
			"Rin: 検索の速さを説明します。", "Sora: ありがとうございました。",
		},
		decisions: []int{4}, actions: []int{6, 11}, question: []int{8},
	},
	"zh": {
		lines: []string{
			"小陈: 我们谈谈新网站的上线时间。", "阿丽: 上次决定了月底上线，后来推迟了。", "大伟: 测试还没做完。", "阿丽: 那就定在十五号上线。", "小陈: 同意。",
			"大伟: 照片我来准备，明天发给你们。", "小陈: 好的。", "阿丽: 翻译是谁负责的呢？", "大伟: 不知道。", "小陈: 我昨天已经把服务器修好了。",
			"阿丽: 如果服务器停了，请你打电话给我。", "大伟: 我觉得网站用蓝色比较好。", "小陈: 我来介绍一下搜索的速度。", "阿丽: 搜索比以前快多了。",
			"大伟: 谢谢大家。",
		},
		decisions: []int{4}, actions: []int{6}, question: []int{8},
	},
	"ko": {
		lines: []string{
			"도윤: 새 홈페이지 공개 날짜를 이야기합시다.", "수아: 지난번에 월말로 정했지만 미뤄졌습니다.", "민호: 시험은 아직 끝나지 않았습니다.",
			"수아: 그러면 십오일에 공개하기로 했습니다.", "도윤: 네, 좋습니다.", "민호: 사진은 제가 내일까지 보내겠습니다.", "도윤: 네.",
			"수아: 번역은 누가 맡고 있나요?", "민호: 잘 모르겠습니다.", "도윤: 어제 제가 서버를 고쳤습니다.",
			"수아: 서버가 멈추면 저한테 연락해 주세요.", "민호: 홈페이지 색은 파란색이 좋을 것 같습니다.", "도윤: 검색 속도를 설명하겠습니다.",
			"수아: 검색이 전보다 빠릅니다.", "민호: 감사합니다.",
		},
		decisions: []int{4}, actions: []int{6, 11}, question: []int{8},
	},
	"th": {
		lines: []string{
			"Ploy: คุยเรื่องวันเปิดเว็บไซต์ใหม่กัน", "Win: ครั้งที่แล้วตกลงว่าจะเปิดปลายเดือน แต่ก็เลื่อน", "Mint: การทดสอบยังไม่เสร็จ",
			"Win: งั้นตกลงกันว่าเปิดเว็บไซต์วันที่สิบห้า", "Ploy: เห็นด้วยค่ะ", "Mint: รูปถ่ายฉันจะส่งให้พรุ่งนี้", "Ploy: ดีค่ะ",
			"Win: ใครดูแลเรื่องแปลภาษา", "Mint: ไม่แน่ใจค่ะ", "Ploy: เมื่อวานฉันซ่อมเซิร์ฟเวอร์แล้ว",
			"Win: ถ้าเซิร์ฟเวอร์ล่ม ช่วยโทรหาผมด้วย", "Mint: ฉันคิดว่าเว็บไซต์สีฟ้าสวยกว่า", "Ploy: จะอธิบายเรื่องความเร็วของการค้นหา",
			"Win: การค้นหาเร็วกว่าเดิม", "Mint: ขอบคุณค่ะ",
		},
		decisions: []int{4}, actions: []int{6, 11}, question: []int{8},
	},
}

func TestListsOfOtherTalksHoldNothingWrong(t *testing.T) {
	for code, talk := range otherTalks {
		in := said(talk.lines...)
		for i := range in.Utterances {
			in.Utterances[i].Language = code
		}
		s := Make(in)
		found := 0
		for _, l := range []struct {
			kind  string
			got   []models.SummaryItem
			right []int
		}{{"decision", s.Decisions, talk.decisions}, {"action", s.Actions, talk.actions}, {"question", s.Questions, talk.question}} {
			for _, it := range l.got {
				found++
				if !slices.Contains(l.right, it.Cites[0].Seq) {
					t.Errorf("%s: line %d is listed as a %s: %s", code, it.Cites[0].Seq, l.kind, it.Text)
				}
			}
		}
		t.Logf("%s: %d items", code, found)
		if found < 2 {
			t.Errorf("%s: %d items are listed, want at least two", code, found)
		}
	}
}
