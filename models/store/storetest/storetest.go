// Package storetest is the conformance suite of Earshot's stores: an implementation runs all its tests with Run. It also creates the
// values that tests of stores need.
package storetest

import (
	"slices"
	"testing"
	"time"

	"earshot/models/store"
)

// contract is a part of the contract of a store.
type contract struct {
	name string
	test func(*testing.T, suite)
}

// Run tests an implementation. open returns a new, empty store whose clock is now, and closes it when the test is over.
func Run(t *testing.T, open func(t *testing.T, now func() time.Time) store.Store) {
	for _, tt := range slices.Concat(whatIsSaid(), whatComesOfIt()) {
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

// whatIsSaid are sessions, lines and flags.
func whatIsSaid() []contract {
	return []contract{
		{"epochs rise", testEpochs},
		{"imported in part", testPartial},
		{"a past epoch writes nothing", testFenced},
		{"a room has one owner", testLeases},
		{"the owner of a room is asked", testAsked},
		{"a room is offered to those with fewer", testOffered},
		{"a lease is given back", testReleased},
		{"rooms that nobody wants any more", testUnwanted},
		{"rooms are handed over", testHandOver},
		{"unknown things", testUnknown},
		{"session ids", testSessionIDs},
		{"speakers merge", testSpeakers},
		{"counts", testCounts},
		{"session lists", testSessionLists},
		{"snapshots", testSnapshot},
		{"lines around a line", testAround},
		{"what somebody did tonight", testTonight},
		{"sessions of a room", testSessionIn},
		{"cancelled call", testCancelled},
		{"clock", testClock},
		{"spool round trip", testSpool},
		{"failed clip is kept", testFailed},
		{"when words were said", testSpoolKeepsWhenWordsWereSaid},
		{"spooled line is stored once", testSpooledLineIsStoredOnce},
		{"claimed clips", testClaims},
		{"claim that was lost", testLostClaim},
		{"order of claims", testClaimOrder},
		{"clips of a dead home", testAdoptedClips},
		{"claims at once", testClaimsAtOnce},
		{"work of one", testWork},
		{"gaps grow", testGaps},
		{"line acknowledges its clip", testCommit},
		{"line is stored once", testCommitTwice},
		{"lines are stored together, or none", testCommitMany},
		{"awkward values", testAwkward},
		{"redacted words", testRedacted},
		{"redacting refuses", testRedactRefuses},
		{"masked words", testMask},
		{"corrected text", testCorrectedTextKeepsWhatWasHeard},
		{"moderated only", testModeratedOnly},
		{"summaries", testSummaryIsKeptAndReplaced},

		{"flags", testFlags},
		{"foreign flags are refused", testForeignFlags},
		{"evidence comes with its flag", testEvidenceIsStoredWithItsFlag},
		{"evidence is replaced", testReplaceEvidence},
		{"flags are found", testFindFlags},
		{"what came of a flag", testFlagPlaceKnowsWhatCameOfIt},
	}
}

// whatComesOfIt is everything else.
func whatComesOfIt() []contract {
	return []contract{
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
		{"people are found", testFindPeople},
		{"objections", testObjectionsOutliveBeingTold},
		{"consent ledger", testConsents},
		{"pauses", testPauses},

		{"notices", testNotices},
		{"room notices", testRoomNotices},
		{"telling", testTell},
		{"digests", testDigests},
		{"digest counts", testDigestCounts},

		{"users and credentials", testUsersAndTheirCredentials},
		{"an invitation works once", testInvitationWorksOnce},
		{"expired invitations", testExpiredInvitationsAreSwept},
		{"servers", testServers},
		{"scheduled times", testScheduledTimes},

		{"erased session", testDelete},
		{"erased person", testErasedPerson},
		{"erased kinds", testEraseKinds},
		{"erasing is strict", testEraseIsStrict},
		{"files of the erased in several folders", testPlaces},
		{"erased while on its way", testOnItsWay},
		{"sweep", testSweep},
		{"swept sound leaves a gap", testSweptSound},
		{"sweep of a live session", testSweepOfALiveSession},
		{"many at once", testConcurrent},
		{"removals", testRemovals},
		{"nodes", testNodes},
	}
}
