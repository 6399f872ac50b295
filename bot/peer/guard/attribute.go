package guard

// Attributes whose size is known (IANA, "STUN Attributes").
const (
	attrMappedAddress   = 0x0001
	attrSourceAddress   = 0x0004 // RFC 3489
	attrChangedAddress  = 0x0005 // RFC 3489
	attrUsername        = 0x0006
	attrIntegrity       = 0x0008
	attrErrorCode       = 0x0009
	attrReflectedFrom   = 0x000B // RFC 3489
	attrChannelNumber   = 0x000C
	attrLifetime        = 0x000D
	attrXORPeerAddress  = 0x0012
	attrData            = 0x0013
	attrRealm           = 0x0014
	attrNonce           = 0x0015
	attrXORRelayed      = 0x0016
	attrFamily          = 0x0017
	attrEvenPort        = 0x0018
	attrTransport       = 0x0019
	attrDontFragment    = 0x001A
	attrIntegritySHA256 = 0x001C
	attrXORMapped       = 0x0020
	attrReservation     = 0x0022
	attrPriority        = 0x0024
	attrUseCandidate    = 0x0025
	attrConnectionID    = 0x002A
	attrXORMappedOld    = 0x8020 // pion treats it like attrXORMapped
	attrSoftware        = 0x8022
	attrAlternateServer = 0x8023
	attrFingerprint     = 0x8028
	attrICEControlled   = 0x8029
	attrICEControlling  = 0x802A
	attrResponseOrigin  = 0x802B
	attrOtherAddress    = 0x802C
)

const (
	maxUsername = 513 // bytes, RFC 5389 section 15.3; RFC 8489 allows 508
	maxText     = 763 // bytes, RFC 8489 sections 14.8 to 14.14
)

// fits reports whether a value has a size that its attribute type allows. Unknown types may have any size.
func fits(kind uint16, value []byte) bool {
	if isAddress(kind) {
		return addressFits(value)
	}
	low, high := sizes(kind)
	return len(value) >= low && len(value) <= high
}

// sizes returns the limits of a value's size, in bytes.
func sizes(kind uint16) (low, high int) {
	switch kind {
	case attrUseCandidate, attrDontFragment:
		return 0, 0
	case attrEvenPort:
		return 1, 1
	case attrChannelNumber, attrLifetime, attrFamily, attrTransport, attrPriority, attrConnectionID, attrFingerprint:
		return 4, 4
	case attrReservation, attrICEControlled, attrICEControlling:
		return 8, 8
	case attrIntegrity:
		return 20, 20
	case attrIntegritySHA256:
		return 16, 32
	case attrErrorCode:
		return 4, 4 + maxText
	case attrUsername:
		return 0, maxUsername
	case attrRealm, attrNonce, attrSoftware:
		return 0, maxText
	default:
		return 0, maxDatagram
	}
}

func isAddress(kind uint16) bool {
	switch kind {
	case attrMappedAddress, attrSourceAddress, attrChangedAddress, attrReflectedFrom, attrXORPeerAddress, attrXORRelayed,
		attrXORMapped, attrXORMappedOld, attrAlternateServer, attrResponseOrigin, attrOtherAddress:
		return true
	default:
		return false
	}
}

// addressFits reports whether a value is an IPv4 or IPv6 address with a port (RFC 8489 section 14.1).
func addressFits(v []byte) bool {
	switch {
	case len(v) == 8:
		return v[1] == 1
	case len(v) == 20:
		return v[1] == 2
	default:
		return false
	}
}
