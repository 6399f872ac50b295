// Package storetest is what every store of Earshot must do, as tests: an implementation runs them all with Run. It also
// makes the values that tests of stores need.
package storetest

import (
	"testing"
	"time"

	"earshot/models/store"
)

// Run tests a kind of store. open gives a new, empty store whose clock is now, and closes it when the test is over.
func Run(t *testing.T, open func(t *testing.T, now func() time.Time) store.Store) {
	for _, tt := range []struct {
		name string
		test func(*testing.T, suite)
	}{
		{"epochs rise", testEpochs},
		{"unknown things", testUnknown},
		{"session ids", testSessionIDs},
		{"speakers merge", testSpeakers},
		{"counts", testCounts},
		{"session lists", testSessionLists},
		{"snapshots", testSnapshot},
		{"sessions of a room", testSessionIn},
		{"cancelled call", testCancelled},
		{"clock", testClock},

		{"spool round trip", testSpool},
		{"failed clip is kept", testFailed},
		{"when words were said", testSpoolKeepsWhenWordsWereSaid},
		{"spooled line is stored once", testSpooledLineIsStoredOnce},
		{"gaps grow", testGaps},

		{"line acknowledges its clip", testCommit},
		{"line is stored once", testCommitTwice},
		{"awkward values", testAwkward},
		{"corrected text", testCorrectedTextKeepsWhatWasHeard},
		{"moderated only", testModeratedOnly},
		{"summaries", testSummaryIsKeptAndReplaced},

		{"flags", testFlags},
		{"foreign flags are refused", testForeignFlags},
		{"evidence comes with its flag", testEvidenceIsStoredWithItsFlag},
		{"evidence is replaced", testReplaceEvidence},
		{"flags are found", testFindFlags},
		{"what came of a flag", testFlagPlaceKnowsWhatCameOfIt},

		{"decisions", testDecisions},
		{"actions", testActions},
		{"strikes", testStrikes},
		{"restrictions", testRestrictions},
		{"overdue plans", testOverduePlans},

		{"search", testSearch},
		{"search hits", testSearchHit},
		{"search pages", testSearchPages},
		{"search refuses", testSearchRefuses},
		{"other rooms show in nothing", testOtherRoomsShowInNothing},
		{"a person as one room knows them", testAPersonIsShownAsOneRoomKnowsThem},

		{"people", testPeopleAreNamedMergedAndParted},
		{"objections", testObjectionsOutliveBeingTold},
		{"consent ledger", testConsents},
		{"pauses", testPauses},

		{"notices", testNotices},
		{"room notices", testRoomNotices},
		{"telling", testTell},
		{"digests", testDigests},

		{"users and credentials", testUsersAndTheirCredentials},
		{"an invitation works once", testInvitationWorksOnce},
		{"expired invitations", testExpiredInvitationsAreSwept},
		{"servers", testServers},

		{"erased session", testDelete},
		{"erased person", testErasedPerson},
		{"sweep", testSweep},
		{"removals", testRemovals},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := &clock{at: Start.Add(time.Hour)}
			s := suite{open(t, c.now), c}
			tt.test(t, s)
			Must(t, s.Check(t.Context()))
			orphans, err := s.Orphans(t.Context())
			Equal(t, "orphans", orphans, []string(nil))
			Must(t, err)
		})
	}
}
