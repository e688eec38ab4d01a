//! Where the files of attachments are.

use std::path::Path;

use crate::model::Conversation;

/// Puts the folder that the paths of the files begin in before them. Without one, the files are forgotten: their paths
/// would lead nowhere from another place.
pub fn place(conversation: &mut Conversation, folder: Option<&Path>) {
    for link in conversation.attachments_mut() {
        match (folder, &mut link.file) {
            (None, _) => link.forget_media(),
            (Some(folder), Some(file)) => {
                *file = folder.join(&*file).to_string_lossy().into_owned();
            }
            (Some(_), None) => {}
        }
    }
}
