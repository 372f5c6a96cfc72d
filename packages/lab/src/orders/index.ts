/** The order gateway of the lab, for those who run it by itself: `@rockpool/lab/orders`. */
export { feedOrders, OrderFeed, OrderFeedError, type OrderFeedOptions } from './order-feed.ts';
export { OrderGateway, type OrderGatewayOptions, type OrderGatewayStats } from './order-gateway.ts';
export { MARKET_DAY, type Phase, type Slice, shortened, slices } from './order-schedule.ts';
