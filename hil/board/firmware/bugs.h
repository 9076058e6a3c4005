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

#endif
