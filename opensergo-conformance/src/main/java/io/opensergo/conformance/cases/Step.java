package io.opensergo.conformance.cases;

import java.time.Duration;

/**
 * Something that happens at a time.
 *
 * <p>At equal times, requests whose time is over end first; then steps follow in their order.
 *
 * @param line the line of the case file it stands in, from 1
 * @param at the time since the beginning of the case, 0 or more
 * @param action what happens
 */
public record Step(int line, Duration at, Action action) {}
