package io.sluice.server.inventory;

/**
 * One line of {@code nvidia-smi --query-gpu}.
 *
 * @param uuid the stable name of the card
 * @param index its index on the host
 * @param name its model
 * @param totalMib its memory; {@link SmiCsv#UNKNOWN} where it has none of its own to tell
 * @param usedMib memory in use; {@link SmiCsv#UNKNOWN} = not told
 * @param utilizationPercent how busy it is; {@link SmiCsv#UNKNOWN} = not told
 * @param mig it is divided into MIG instances, and of no use as a whole
 */
record SmiGpu(
    String uuid,
    int index,
    String name,
    long totalMib,
    long usedMib,
    int utilizationPercent,
    boolean mig) {}
