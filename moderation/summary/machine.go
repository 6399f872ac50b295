package summary

import (
	"regexp"
	"slices"
	"strings"
)

// machineTalk matches attempts to make a machine that reads the transcript say or do something. Nothing here obeys text, but
// a summary that quoted such a line would pass it on to its reader, which may be a machine.
var machineTalk = regexp.MustCompile(`(?i)` +
	`\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|moderation|restrictions?)\b` +
	`|\b(?:system|developer|hidden|secret) prompt\b|\bprompt injection\b` +
	`|^\s*(?:system|assistant|user|developer):|<\|?\s*/?(?:im_start|im_end|system|assistant|user|inst)\b|\[/?inst\]` +
	`|\byou are (?:now|no longer) (?:a|an|the|in|bound|dan|my)\b|\bas an? (?:ai|language model|artificial intelligence)\b` +
	`|\b(?:in|to|into|for|of) your summary\b|\b(?:the|your|this) summary (?:must|should|has to|needs to)\b` +
	`|\b(?:write|put|include|add|mention|say|list)\b.{0,60}\b(?:in|to|into) (?:the|this) summary\b` +
	`|\b(?:dear|hey|hello|attention|okay|ok)?,?\s*` +
	`(?:earshot|chatbot|language model|summari[sz]er|transcriber|ai bot|moderation bot|ai assistant)\b.{0,40}\b` +
	`(?:mute|unmute|ban|remove|post|write|say|ignore|delete|add|mark|summari[sz]e|dismiss|approve|send)\b` +
	`|\b(?:unmute|unban) (?:all|everyone|everybody)\b|\bpost this link\b`)

// machineWords is a cheap test: every text that machineTalk matches contains one of them.
var machineWords = []string{
	"ignore", "disregard", "forget", "override", "bypass", "prompt", "system:", "assistant", "user:", "developer:", "<", "[inst", "[/inst",
	"you are n", "an ai", "language model", "artificial intelligence", "summary", "earshot", "chatbot", "ai bot", "moderation bot",
	"summari", "transcriber", "unmute", "unban", "this link",
}

// talksToMachine reports whether a line addresses a machine.
func talksToMachine(text string) bool {
	low := strings.ToLower(text)
	return slices.ContainsFunc(machineWords, func(w string) bool { return strings.Contains(low, w) }) && machineTalk.MatchString(text)
}
