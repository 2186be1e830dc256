package io.opensergo.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.opensergo.etcd.internal.api.Compare;
import io.opensergo.etcd.internal.api.KeyValue;
import io.opensergo.etcd.internal.api.PutRequest;
import io.opensergo.etcd.internal.api.RequestOp;
import io.opensergo.etcd.internal.api.TxnRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The revision of a state of the rules: an epoch in microseconds, and one for each revision that
 * etcd has counted up to the latest change of a rule. The epoch is a key of etcd's that the first
 * who needs it sets to the time, so that a cluster that takes the place of an older one has higher
 * revisions, and all replicas the same.
 */
record EtcdRevision(long epochMicros) {

    /** Reads the epoch, and sets it if nobody has. */
    static EtcdRevision read(EtcdClient client, EtcdKeys keys) {
        KeyValue stored = client.get(keys.epoch);
        if (stored == null) {
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            client.txn(
                    TxnRequest.newBuilder()
                            .addCompare(unchanged(keys.epoch, 0))
                            .addSuccess(put(keys.epoch, EtcdKeys.bytes(Long.toString(now))))
                            .build());
            stored = client.get(keys.epoch);
        }
        String text = stored == null ? "" : stored.getValue().toString(UTF_8).strip();
        try {
            return new EtcdRevision(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new UncheckedIOException(
                    new IOException(
                            keys.epoch.toString(UTF_8)
                                    + " must be a time in microseconds since 1970, was '"
                                    + text
                                    + "': put one there",
                            e));
        }
    }

    long of(long etcdRevision) {
        return epochMicros + etcdRevision;
    }

    static Compare unchanged(ByteString key, long modRevision) {
        return Compare.newBuilder()
                .setTarget(Compare.CompareTarget.MOD)
                .setResult(Compare.CompareResult.EQUAL)
                .setKey(key)
                .setModRevision(modRevision)
                .build();
    }

    static RequestOp put(ByteString key, ByteString value) {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(key).setValue(value))
                .build();
    }
}
