package pgtest

import (
	"net"

	"github.com/jackc/pgx/v5/pgproto3"
)

// OldServer answers a client as PostgreSQL 14 does, as far as that is asked for its version, until the connection ends. The client must use
// the simple protocol.
func OldServer(c net.Conn) {
	b := pgproto3.NewBackend(c, c)
	if _, err := b.ReceiveStartupMessage(); err != nil {
		return
	}
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
	b.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	for b.Flush() == nil {
		m, err := b.Receive()
		if err != nil {
			return
		}
		if _, ok := m.(*pgproto3.Query); !ok {
			continue
		}
		answer := &pgproto3.RowDescription{}
		for _, kind := range []uint32{23, 25, 25, 16} { // int4, text, text, bool
			f := pgproto3.FieldDescription{Name: []byte("x"), DataTypeOID: kind, DataTypeSize: -1, TypeModifier: -1}
			answer.Fields = append(answer.Fields, f)
		}
		b.Send(answer)
		b.Send(&pgproto3.DataRow{Values: [][]byte{[]byte("140011"), []byte("UTF8"), []byte("off"), []byte("f")}})
		b.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
		b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	}
}
