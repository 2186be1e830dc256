package io.opensergo.sentinel;

import com.alibaba.csp.sentinel.AsyncEntry;
import com.alibaba.csp.sentinel.Constants;
import com.alibaba.csp.sentinel.Entry;
import com.alibaba.csp.sentinel.context.Context;
import com.alibaba.csp.sentinel.slotchain.AbstractLinkedProcessorSlot;
import com.alibaba.csp.sentinel.slotchain.ResourceWrapper;
import com.alibaba.csp.sentinel.slots.block.BlockException;
import com.alibaba.csp.sentinel.spi.Spi;

/**
 * The slot that enforces what Sentinel's own rules cannot say. Sentinel finds it on the class path;
 * applications have no use for it.
 *
 * <p>It is behind Sentinel's own checks, so that what it admits is not refused by them: a request
 * that they refuse has used up nothing of its limits. While no rule needs it, a request costs one
 * volatile read here; while one does, a request to another resource costs a look-up more.
 *
 * <p>One slot serves all resources. Sentinel would make one for each, but the slots before it are
 * single objects that know one next slot: that of the chain that was built last.
 */
@Spi(order = OpenSergoSlot.ORDER)
public final class OpenSergoSlot extends AbstractLinkedProcessorSlot<Object> {

    /** The order among Sentinel's slots: right behind the circuit breakers. */
    public static final int ORDER = Constants.ORDER_DEGRADE_SLOT + 100;

    /** Made by Sentinel. */
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
        SlotGuards guards = table == SlotTable.EMPTY ? null : table.guards(resource.getName());
        if (guards == null) {
            fireEntry(context, resource, node, count, prioritized, args);
            return;
        }
        Entry entry = context.getCurEntry();
        SlotGuards.Admission admission = guards.enter(entry, resource.getEntryType());
        try {
            fireEntry(context, resource, node, count, prioritized, args);
        } catch (Throwable e) {
            if (admission != null && mayNeverExit(entry, e)) {
                admission.giveUp();
            }
            throw e;
        }
    }

    /**
     * Sentinel lets a request pass if a slot fails, and exits it if a slot refuses. But an
     * asynchronous entry that failed may have no context to exit in, and then its end is not told.
     */
    private static boolean mayNeverExit(Entry entry, Throwable failure) {
        return entry instanceof AsyncEntry && !(failure instanceof BlockException);
    }

    @Override
    public void exit(Context context, ResourceWrapper resource, int count, Object... args) {
        fireExit(context, resource, count, args);
    }
}
