// SPDX-License-Identifier: Apache-2.0
// A run-time that somebody else wrote: it gives the cluster's cores jobs, with events and a barrier of its own.
#pragma once

namespace foreign {
using job = void (*)(unsigned core, void* argument);

constexpr unsigned cores = 8;
/// Software events that the cores listen to: a job has come, and an alarm that they count between jobs.
constexpr unsigned job_event = 3, alarm_event = 6;
/// Its barrier. Barrier 0 is left to the networks.
constexpr unsigned own_barrier = 5;

void start_team();
/// All cores run the job; it goes on meanwhile.
void begin(job what, void* argument);
/// Sleeps until the job has ended.
void end();
/// Raises the alarm on all cores; a job that does not listen finds it pending afterwards.
void raise_alarm();
extern unsigned volatile alarms[cores];
/// For jobs: all cores meet.
void meet();
}  // namespace foreign
