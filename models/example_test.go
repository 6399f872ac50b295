package models_test

import (
	"fmt"
	"log"

	"earshot/models"
)

// An address has one form, however it is written; that form is the room's identity.
func ExampleParseAddress() {
	for _, raw := range []string{"livekit://Rooms.Example:443/open-mic", "livekit+wss://rooms.example/open-mic"} {
		a, err := models.ParseAddress(raw)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(a.ID(), "called", a.RoomName())
	}
	// Output:
	// livekit://rooms.example/open-mic called open-mic
	// livekit://rooms.example/open-mic called open-mic
}

// What a person typed becomes words that must all occur.
func ExampleSearchTerms() {
	terms, err := models.SearchTerms(`guarant* "open mic" --`)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range terms {
		fmt.Printf("%q prefix %t\n", t.Text, t.Prefix)
	}
	// Output:
	// "guarant" prefix true
	// "open mic" prefix false
}
