/** Times as the pages write them: 14:05 and 20/11/2026, in Vietnam, whatever the computer's own zone. */

const ZONE = "Asia/Ho_Chi_Minh";
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
const parts = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, day: "2-digit", month: "2-digit", year: "numeric" });

export function hourMinute(time) {
  return clock.format(new Date(time));
}

export function dayOf(time) {
  return parts.format(new Date(time));
}

/** A calendar date (YYYY-MM-DD) as 20/11/2026. */
export function dateText(date) {
  return date.split("-").reverse().join("/");
}
