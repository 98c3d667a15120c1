// Errors that backups and their restoring meet.
#include "base/reasons.h"

namespace quorate {
namespace {

constexpr ReasonText kReasons[] = {
    {"BACKUPS_UNDER_WAY", "The node reads as many partitions for backups as it does at once.",
     "Wait a moment: kvctl backup create does so by itself."},
    {"BACKUP_CUT_OFF", "A node ended the reading of a partition before its last record.",
     "Make the backup again: what has come is used. kvctl cluster status says who is there."},
    {"BACKUP_DAMAGED",
     "A file of a backup is missing, was cut short or has changed, or does not fit the others; the "
     "message names it. Nothing was restored.",
     "Restore another backup of the folder, or bring the file back from a copy; kvctl backup "
     "verify names all that is damaged, and the next kvctl backup create writes its chunks anew."},
    {"BACKUP_ELSEWHERE", "The node that was asked has no replica of the partition that serves.",
     "Nothing need be done: another node is asked. If none serves it, see kvctl cluster status."},
    {"BACKUP_EXISTS", "There is a backup of that very moment in the folder already.",
     "Make another."},
    {"BACKUP_FOLDER_BUSY", "Another backup is being made into that folder.",
     "Wait for its end, or name another folder."},
    {"BACKUP_FOREIGN_FOLDER", "The folder holds something that is no backup.",
     "Name a folder that is empty, or not there yet."},
    {"BACKUP_NOT_CURRENT",
     "A replica can't be proven to have all that was acknowledged before the backup began: of mode "
     "raft there is no leader, of mode quorum another replica can't be heard of.",
     "Bring the nodes back that are away (kvctl cluster status); in mode quorum --at-quorum backs "
     "up what was acknowledged at QUORUM and above."},
    {"BACKUP_NOT_FOUND", "There is no folder of backups there, or no such backup in it.",
     "kvctl backup list DIR shows what there is."},
    {"BACKUP_TOO_SLOW", "A partition took longer to read than its snapshot is held.",
     "Allow a higher --rate, or see what holds up the disk that is written to."},
    {"INTERRUPTED", "The command was ended by Ctrl-C.",
     "Begin again: what a backup or a restore has done is used (restore: with --continue)."},
    {"RESTORE_DIFFERS", "The keyspace does not hold what the backup does, and nothing else.",
     "Somebody else writes to it: restore into another keyspace, with --as."},
    {"RESTORE_NOT_EMPTY", "The keyspace to restore into holds records. Nothing was written.",
     "Name another by --as, or drop it; an interrupted restore goes on with --continue."},
    {"RESTORE_OTHER_KIND",
     "The keyspace to restore into has another mode or conflict policy. Nothing was written.",
     "Name another by --as: it is made as the backup's was."},
};

}  // namespace

absl::Span<const ReasonText> BackupReasons() { return kReasons; }

}  // namespace quorate
