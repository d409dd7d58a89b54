#!/bin/sh
# The state of a job in the words that Snakemake knows: running, success or failed.
# A controller that does not answer says nothing about the job; one that does not know the job has
# forgotten it, and then the job is submitted again, which costs little if it had finished.
if ! answer=$(scontrol --oneliner show job "$1" 2>&1); then
    case $answer in
        *"Invalid job id"*) echo failed ;;
        *) echo running ;;
    esac
    exit
fi
case $answer in
    *JobState=COMPLETED*) echo success ;;
    *JobState=BOOT_FAIL* | *JobState=CANCELLED* | *JobState=DEADLINE* | *JobState=FAILED* | \
        *JobState=NODE_FAIL* | *JobState=OUT_OF_MEMORY* | *JobState=PREEMPTED* | \
        *JobState=TIMEOUT*) echo failed ;;
    *) echo running ;;
esac
