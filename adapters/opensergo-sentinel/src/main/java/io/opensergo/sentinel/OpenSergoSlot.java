package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.Constants;
import com.alibaba.csp.sentinel.context.Context;
import com.alibaba.csp.sentinel.slotchain.AbstractLinkedProcessorSlot;
import com.alibaba.csp.sentinel.slotchain.ResourceWrapper;
import com.alibaba.csp.sentinel.spi.Spi;

/**
 * The slot that enforces what Sentinel's own rules cannot say. Sentinel finds it on the class path
 * and makes one for each resource; applications have no use for it.
 *
 * <p>It is behind Sentinel's own checks, so that what it admits is not refused by them: a request
 * that they refuse has used up nothing of its limits. While no rule needs it, a request costs one
 * volatile read here.
 */
@Spi(isSingleton = false, order = OpenSergoSlot.ORDER)
public final class OpenSergoSlot extends AbstractLinkedProcessorSlot<Object> {

    /** The order among Sentinel's slots: right behind the circuit breakers. */
    public static final int ORDER = Constants.ORDER_DEGRADE_SLOT + 100;

    /*
     * Written by any request that meets a new table, read by all. The objects are immutable, so a volatile
     * write publishes them whole; threads that race write equal ones, or one of an older table, which the
     * next request notices.
     */
    private volatile SlotGuards guards = SlotGuards.NONE;

    /** Makes a slot for the chain of one resource. */
    public OpenSergoSlot() {}

    @Override
    public void entry(
            Context context,
            ResourceWrapper resource,
            Object node,
            int count,
            boolean prioritized,
            Object... args)
            throws Throwable {
        SlotTable table = SlotTable.current();
        if (table != SlotTable.EMPTY) {
            guards(table, resource).enter(context, resource.getEntryType());
        }
        fireEntry(context, resource, node, count, prioritized, args);
    }

    private SlotGuards guards(SlotTable table, ResourceWrapper resource) {
        SlotGuards current = guards;
        if (!current.isOf(table)) {
            current = SlotGuards.of(table, resource.getName());
            guards = current;
        }
        return current;
    }

    @Override
    public void exit(Context context, ResourceWrapper resource, int count, Object... args) {
        fireExit(context, resource, count, args);
    }
}
