// Why an order is not taken or does not move on, in the reader's words: what happened and what to do.

import { t } from "./words.js";

const SAID = {
  shop_not_approved: () => t("This shop still waits for its review. Nothing was ordered."),
  shop_closed: () => t("The shop is closed now. Nothing was ordered; see its hours, or choose to redeem it later."),
  product_not_live: () => t("This is not on sale any more. Nothing was ordered."),
  variant_unknown: () => t("This form of it is not sold any more. Close this sheet and open it again."),
  date_unknown: () => t("Choose a date that is offered. Nothing was ordered."),
  fulfilment_unknown: () => t("It is not offered that way any more. Close this sheet and open it again."),
  price_changed: () => t("The price has changed meanwhile. Nothing was ordered; close this sheet and open it again."),
  address_missing: () => t("A delivery needs an address and where it lies. Nothing was ordered."),
  position_missing: () => t("Nobody knows where you are, so the distance cannot be told. Let this device say it, then order again."),
  impossible_travel: () => t("Nobody gets here from where you last were in that time. Nothing was ordered; try again later."),
  sold_out: () => t("Somebody was faster: there are not that many left. Nothing was ordered."),
  limit_reached: () => t("You have had as many as one person may. Nothing was ordered."),
  sale_not_open: () => t("The sale has not begun. Nothing was ordered."),
  sale_ended: () => t("The sale has ended. Nothing was ordered."),
  reservation_expired: () => t("The reservation has run out and nothing was paid. Order again."),
  move_refused: () => t("The order stands elsewhere by now. Close this sheet and open it again."),
  payment_refused: () => t("The payment was refused. Nothing was paid; try again or cancel the order."),
};

/** Say a refusal; of what is too far, how far it is and how far the shop sells, as the server measured it. */
export function refusal(trouble) {
  const [away, sells] = trouble.message.match(/[\d.]+ km/g) ?? [];
  if (trouble.code === "too_far" && sells) {
    return t("Too far: the shop is {away} away and sells within {sells}. Nothing was ordered.", { away, sells });
  }
  if (trouble.code === "too_far") return t("The shop does not deliver there. Nothing was ordered.");
  return SAID[trouble.code]?.() ?? null;
}
