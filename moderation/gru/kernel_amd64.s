#include "textflag.h"

// Products are rounded before they are added (no FMA) and sums are added up in the order of the rows, so that all results are those
// of the Go code to the bit.

// func timesAVX2(out *[32]float32, weights, x *float32, rows int)
//
// Y0 to Y3 are the sums.
TEXT ·timesAVX2(SB), NOSPLIT, $0-32
	MOVQ out+0(FP), DI
	MOVQ weights+8(FP), SI
	MOVQ x+16(FP), DX
	MOVQ rows+24(FP), CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
row:
	VBROADCASTSS (DX), Y6
	VMULPS (SI), Y6, Y7
	VMULPS 32(SI), Y6, Y8
	VMULPS 64(SI), Y6, Y9
	VMULPS 96(SI), Y6, Y10
	VADDPS Y7, Y0, Y0
	VADDPS Y8, Y1, Y1
	VADDPS Y9, Y2, Y2
	VADDPS Y10, Y3, Y3
	ADDQ $128, SI
	ADDQ $4, DX
	DECQ CX
	JNZ row
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y3, 96(DI)
	VZEROUPPER
	RET

// TANH replaces X by its hyperbolic tangent: curve.tanh. It uses Y2 to Y4.
#define TANH(X) \
	VMAXPS Y7, X, X \
	VMINPS Y8, X, X \
	VMULPS X, X, Y2 \
	VMULPS Y12, Y2, Y3 \
	VADDPS Y11, Y3, Y3 \
	VMULPS Y2, Y3, Y3 \
	VADDPS Y10, Y3, Y3 \
	VMULPS Y2, Y3, Y3 \
	VADDPS Y9, Y3, Y3 \
	VMULPS X, Y3, Y3 \
	VMULPS Y15, Y2, Y4 \
	VADDPS Y14, Y4, Y4 \
	VMULPS Y2, Y4, Y4 \
	VADDPS Y13, Y4, Y4 \
	VMULPS Y2, Y4, Y4 \
	VADDPS Y6, Y4, Y4 \
	VDIVPS Y4, Y3, X

// AT replaces X by the logistic curve's value there: curve.at.
#define AT(X) \
	VMULPS Y5, X, X \
	TANH(X) \
	VMULPS Y5, X, X \
	VADDPS Y5, X, X

// func gatesAVX2(after, before, input, fromState *float32, c *curve, n int)
//
// SI and DX point to the update gate's part of the input and of fromState, R9 and R10 are the ways from there to those of the reset
// gate and of the new state. Y5 to Y15 are the curve.
TEXT ·gatesAVX2(SB), NOSPLIT, $0-48
	MOVQ after+0(FP), DI
	MOVQ before+8(FP), BX
	MOVQ input+16(FP), SI
	MOVQ fromState+24(FP), DX
	MOVQ c+32(FP), R8
	MOVQ n+40(FP), CX
	MOVQ CX, R9
	SHLQ $2, R9
	MOVQ R9, R10
	SHLQ $1, R10
	VBROADCASTSS (R8), Y5
	VBROADCASTSS 4(R8), Y6
	VBROADCASTSS 8(R8), Y7
	VBROADCASTSS 12(R8), Y8
	VBROADCASTSS 16(R8), Y9
	VBROADCASTSS 20(R8), Y10
	VBROADCASTSS 24(R8), Y11
	VBROADCASTSS 28(R8), Y12
	VBROADCASTSS 32(R8), Y13
	VBROADCASTSS 36(R8), Y14
	VBROADCASTSS 40(R8), Y15
next:
	VMOVUPS (SI), Y0
	VADDPS (DX), Y0, Y0
	AT(Y0)
	VMOVUPS (SI)(R9*1), Y1
	VADDPS (DX)(R9*1), Y1, Y1
	AT(Y1)
	VMULPS (DX)(R10*1), Y1, Y1
	VADDPS (SI)(R10*1), Y1, Y1
	TANH(Y1)
	VMOVUPS (BX), Y2
	VSUBPS Y1, Y2, Y2
	VMULPS Y2, Y0, Y0
	VADDPS Y0, Y1, Y1
	VMOVUPS Y1, (DI)
	ADDQ $32, SI
	ADDQ $32, DX
	ADDQ $32, BX
	ADDQ $32, DI
	SUBQ $8, CX
	JNZ next
	VZEROUPPER
	RET

// func poolAVX2(most, sum, statesMost, statesSum *float32, n int)
TEXT ·poolAVX2(SB), NOSPLIT, $0-40
	MOVQ most+0(FP), DI
	MOVQ sum+8(FP), SI
	MOVQ statesMost+16(FP), BX
	MOVQ statesSum+24(FP), DX
	MOVQ n+32(FP), CX
more:
	VMOVUPS (DI), Y0
	VMAXPS (BX), Y0, Y0
	VMOVUPS Y0, (DI)
	VMOVUPS (SI), Y1
	VADDPS (DX), Y1, Y1
	VMOVUPS Y1, (SI)
	ADDQ $32, DI
	ADDQ $32, SI
	ADDQ $32, BX
	ADDQ $32, DX
	SUBQ $8, CX
	JNZ more
	VZEROUPPER
	RET
