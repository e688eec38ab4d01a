pub mod any_text;
pub mod chat;
pub mod csv;
pub mod html;
pub mod markdown;
pub mod template;
pub mod text;
