/* SPDX-License-Identifier: MIT */
/* Ends what cpu/int/sized.inc.h began. */
#undef T
#undef ST
#undef SIGN_BIT
#undef T2
#undef ST2
#undef SZ
#undef W
#undef SFX
#undef GET
#undef PUT
#undef SIZED
#undef E
#undef EG
#undef RMW_BEGIN
#undef RMW_BEGIN_AT
#undef RMW_END
#undef MEM_RD
#undef MEM_WR
#undef ANY_RD
#undef ANY_WR
#undef SEG_RD
#undef SEG_WR
#undef LIN_WR
#undef BITS
