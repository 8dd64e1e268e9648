/*
 * curve_text.h
 *	  The text form of a curve.
 *
 * It is
 *
 *	  {START STEP SLOT SLOT ...}      such as {2026-10-31T23:00:00Z PT30M 350:B 360:B - 340}
 *
 * START is an instant in UTC with up to six decimals. The year has four digits or, after 9999,
 *more; 1 BC is the year 0000 and 2 BC -0001. STEP is a duration of hours, minutes and seconds; it
 *is written in minutes if they are whole, in seconds if not. A SLOT is "-" if it is missing, else a
 *decimal value in watts and, after a colon, its nature, in double quotes if a character of it has a
 *meaning here.
 *
 * No setting takes part, so that the form is the same for everyone, and reads back as the same
 *bytes: every value is written with as many decimals as the curve has, and a curve has as many as
 *the value with the most. Where no value shows them, scale=N after the step does. Natures are
 *numbered as they come; bytes that number them otherwise, or name one that no slot has, come back
 *in this order.
 */
#ifndef SG_CURVE_TEXT_H
#define SG_CURVE_TEXT_H

#include "base/curve.h"

/*
 * The slots that a text describes, in the current memory context. Raises 22P02 if it is malformed,
 * 22003 for a value and 22008 for a time out of range, 54000 for more slots, decimals or natures
 * than there may be.
 */
extern SgSlots *sg_curve_text_read(const char *text);

/* The text of slots, in the current memory context. */
extern char *sg_curve_text_write(const SgSlots *slots);

#endif
