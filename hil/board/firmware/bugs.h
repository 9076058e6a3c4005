/*
 * Planted bugs. A build defines at most one BUG_... macro; the reference build defines none.
 * A bench that judges meters must fail each of these builds for its own reason, so every bug
 * is a single #if at the place where a real firmware would have it.
 *
 *   BUG_SLOW_TRIP                    a leakage trip takes 6 s
 *   BUG_WRONG_THRESHOLD              leakage acts from 1.8 times the rated current only
 *   BUG_HALF_LIMIT                   leakage acts at 0.45 times the rated current already
 *   BUG_IGNORES_CRC                  frames with a wrong CRC are obeyed
 *   BUG_RECLOSES_AFTER_LEAKAGE       closes by itself 5 s after a leakage trip
 *   BUG_FALLS_SILENT                 answers 40 requests, then never again until a reset
 *   BUG_WRONG_SCALE                  the load current register is ten times too small
 *   BUG_FORGETS_CREDIT               the balance is not restored at a reset
 *   BUG_IGNORES_KEEP_POWER           a trip order is obeyed in spite of keep-power
 *   BUG_KEEP_POWER_BLOCKS_PROTECTION keep-power inhibits protection too
 *   BUG_CLOSES_WHILE_ARREARS         a close order is obeyed while the balance forbids it
 *   BUG_SLOW_OVERLOAD                overload takes three times its configured delay
 *   BUG_ACCEPTS_REPLAYED_SEQUENCE    a command with a used sequence number is obeyed
 *   BUG_EARLY_RECLOSE                closes 2 s after smoke, heat or an abnormal voltage is over
 *   BUG_RECLOSES_IN_SMOKE            closes after its delay although the smoke is still there
 *   BUG_OVERLOAD_NEVER_LOCKS         re-closes after every overload, for ever
 *   BUG_IGNORES_HOLDOFF              an order trips at once, however large the current
 *   BUG_SHORT_KEY                    the key closes after 1 s already
 *   BUG_PERMIT_SERVES_TWICE          a permit stands after it was used
 *   BUG_DOUBLE_PRICE                 a Wh costs twice the price
 *   BUG_IGNORES_OVERDRAFT            trips when the balance is spent, whatever the overdraft limit
 *   BUG_FORGETS_CAUSES               closes after a power cut whatever had opened it
 *   BUG_FORGETS_ENERGY               the register begins at 0 after a power cut
 *   BUG_FORGETS_SETTINGS             a power cut brings the first settings back
 *   BUG_MISCOUNTS_TRIPS              a second trip for the same cause is not counted
 *   BUG_FAST_CLOCK                   the clock gains 2 %
 *   BUG_ANSWERS_BROADCAST            a broadcast is answered
 *   BUG_ANSWERS_OTHERS               frames for other meters are answered
 *   BUG_WRONG_EXCEPTION              a value out of range is told as a wrong address
 *   BUG_WRITES_HALF                  half of a 32-bit value can be written
 *   BUG_LIMIT_OFF_BY_ONE             a setting may be one above its highest value
 *   BUG_HANGS_ON_BAD_FRAME           a damaged frame ends the program, and no watchdog is there
 *
 * By DL/T 645 only:
 *
 *   BUG_IGNORES_CHECKSUM             frames with a wrong checksum are obeyed
 *   BUG_IGNORES_END                  frames need not end in 16
 *   BUG_IGNORES_GAP                  a frame may pause for longer than 500 ms
 *   BUG_HASTY_REPLY                  replies begin after 5 ms
 *   BUG_LATE_REPLY                   replies begin after 700 ms
 *   BUG_NO_WILDCARD                  addresses with AA are another meter's
 *   BUG_ECHOES_WRONG_DI              a reply's identifier ends in another byte than the request's
 *   BUG_PLAIN_LAST_BYTE              33H is not added to the last byte of a reply's data
 *   BUG_NO_PASSWORD                  any password will do
 *   BUG_IGNORES_VALID_UNTIL          an order is obeyed after its time
 */
#ifndef BUGS_H
#define BUGS_H

#if defined(BUG_WRONG_THRESHOLD)
#define LEAKAGE_ACTS_PERCENT 180U
#elif defined(BUG_HALF_LIMIT)
#define LEAKAGE_ACTS_PERCENT 45U
#else
#define LEAKAGE_ACTS_PERCENT 75U
#endif

#if defined(BUG_HASTY_REPLY)
#define REPLY_DELAY_MS 5
#elif defined(BUG_LATE_REPLY)
#define REPLY_DELAY_MS 700
#else
#define REPLY_DELAY_MS 30
#endif

#if defined(BUG_SHORT_KEY)
#define KEY_HOLD_MS 1000
#else
#define KEY_HOLD_MS 3000
#endif

#endif
