#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// rd_kafka_producev has variable arguments, which Swift cannot call.
static inline rd_kafka_resp_err_t tidings_kafka_produce(rd_kafka_t *producer, const char *topic, int32_t partition,
                                                        const void *key, size_t key_size, void *value, size_t value_size,
                                                        const char *epoch, const char *seq) {
    return rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_KEY(key, key_size), RD_KAFKA_V_VALUE(value, value_size),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                             RD_KAFKA_V_HEADER("content-type", "application/cloudevents+json", -1),
                             RD_KAFKA_V_HEADER("tidings-epoch", epoch, -1), RD_KAFKA_V_HEADER("tidings-seq", seq, -1),
                             RD_KAFKA_V_END);
}
